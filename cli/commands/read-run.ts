import { describeProgress, sampleProgress } from '#cli/workflow/plan-progress.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Proof } from '#lib/proof/proof.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { type Differences, readDifferences } from '#lib/recovery/differences.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord, RunResult, RunStatus, StepRecord } from '#lib/runs/run-record.ts';
import { readProgress, readResult, readRun, readSteps } from '#lib/runs/run-store.ts';

/** Everything the repository knows of one run. `interrupted`: its process is gone and a journal here can resume it. */
export interface RunView {
  run: RunRecord;
  status: RunStatus | 'running' | 'interrupted';
  result: RunResult | null;
  timeline: StepRecord[];
  proof: Proof | null;
  /** What a recovery found; `null` for other runs. */
  differences: Differences | null;
  /** Where an open run is, in one line. */
  progress: string;
}

/** Reads a run by its whole id. @throws UsageError where there is none. */
export async function readRunView(
  repository: Repository,
  { runId, interrupted }: { runId: string; interrupted: boolean },
): Promise<RunView> {
  const [result, proof] = await Promise.all([readResult(repository, runId), readProof(repository, runId)]);
  const differences = (await readDifferences(repository, runId)) ?? null;
  const run = result?.run ?? (await readRun(repository, runId));
  if (run === undefined) {
    throw new UsageError(`The run ${runId} has no record in ${repository.location}.`, {
      code: 'unknown_run',
      hint: 'See `holdfast runs`.',
    });
  }
  if (result !== undefined) {
    const { status, timeline } = result;
    return { run, status, result, timeline, proof: proof ?? null, differences, progress: '' };
  }
  const sample = sampleProgress(await readProgress(repository, runId), Date.now());
  return {
    run,
    status: interrupted ? 'interrupted' : 'running',
    result: null,
    timeline: await readSteps(repository, runId),
    proof: proof ?? null,
    differences,
    progress: sample === undefined ? '' : describeProgress(sample, undefined),
  };
}

import { listKept } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { readWaiting } from '#lib/runs/waiting-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { readCutover } from './cutover-store.ts';
import type { KeptRun } from './plan-sweep.ts';

/** All runs that have left something behind. Reads only. */
export async function readKeptRuns({ repository }: Workspace): Promise<KeptRun[]> {
  const kept = Map.groupBy(await listKept(repository), ({ run }) => run);
  const runs: KeptRun[] = [];
  for (const [run, things] of kept) {
    const record = await readRun(repository, run);
    if (record === undefined) continue;
    let lastSign = new Date(record.startedAt);
    for await (const { modified } of repository.store.list(runFolder(run))) {
      if (modified > lastSign) lastSign = modified;
    }
    const result = await readResult(repository, run);
    const waiting = await readWaiting(repository, run);
    runs.push({
      run,
      lastSign,
      endedAt: result ? new Date(result.completedAt) : null,
      waitsUntil: waiting ? new Date(waiting.until) : null,
      cutover: await readCutover(repository, run),
      keeps: things.map(({ what }) => what),
    });
  }
  return runs;
}

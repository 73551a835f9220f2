import { UsageError } from '#lib/errors/usage-error.ts';
import { type Notified, readNotified } from '#lib/notify/notified-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listChildren, listFamily } from '#lib/runs/children-store.ts';
import type { RunRecord, RunResult, RunStatus, StepAtWork, StepRecord } from '#lib/runs/run-record.ts';
import { readProgress, readResult, readRun, readSteps } from '#lib/runs/run-store.ts';
import { findUndecided, type Waiting } from '#lib/runs/waiting-store.ts';
import { findAtWork } from './find-at-work.ts';
import { describeProgress, pickLatest, sampleProgress } from './plan-progress.ts';
import { type Evidence, readEvidence } from './read-evidence.ts';

/**
 * How a run stands. `waiting`: it, or a part of it, waits for a person; `interrupted`: its process is gone and a journal
 * here can resume it.
 */
export type RunStanding = RunStatus | 'running' | 'waiting' | 'interrupted';

/** A run as it is listed. */
export interface ListedRun {
  run: RunRecord;
  status: RunStanding;
  result: RunResult | null;
}

/** Everything the repository knows of one run. */
export interface RunView extends ListedRun, Evidence {
  timeline: StepRecord[];
  /** Steps that have begun and not ended, as far as that is known. */
  atWork: StepAtWork[];
  /** The runs that are its parts. */
  children: { run: RunRecord; status: RunStanding }[];
  /** What it waits for, where it does. */
  waiting: (Waiting & { run: string }) | null;
  /** Where an open run is, in one line. */
  progress: string;
  /** What people were told of it, by channel. */
  notified: Notified[];
}

/** Reads how a run stands; `undefined` where it has no record. `interrupted` are the runs that nobody drives. */
export async function readListedRun(
  repository: Repository,
  { runId, interrupted }: { runId: string; interrupted: ReadonlySet<string> },
): Promise<ListedRun | undefined> {
  const result = await readResult(repository, runId);
  if (result !== undefined) return { run: result.run, status: result.status, result };
  const run = await readRun(repository, runId);
  if (run === undefined) return undefined;
  const waits = (await findUndecided(repository, runId)) !== undefined;
  const status = waits ? 'waiting' : (await isLeft(repository, run, interrupted)) ? 'interrupted' : 'running';
  return { run, status, result: null };
}

/** Reads a run by its whole id. @throws UsageError where there is none. */
export async function readRunView(
  repository: Repository,
  { runId, interrupted }: { runId: string; interrupted: ReadonlySet<string> },
): Promise<RunView> {
  const listed = await readListedRun(repository, { runId, interrupted });
  if (listed === undefined) {
    throw new UsageError(`The run ${runId} has no record in ${repository.location}.`, {
      code: 'unknown_run',
      hint: 'See `holdfast runs`.',
    });
  }
  const { run, result } = listed;
  const [evidence, children, notified] = await Promise.all([
    readEvidence(repository, { run, result: result ?? undefined }),
    readChildren(repository, { runId, interrupted }),
    readNotified(repository, runId),
  ]);
  if (result !== null) {
    const { timeline } = result;
    return { ...listed, ...evidence, timeline, atWork: [], children, waiting: null, progress: '', notified };
  }
  const family = await listFamily(repository, runId);
  const [lanes, timeline] = await Promise.all([
    Promise.all(family.map((id) => readProgress(repository, id))),
    readSteps(repository, runId),
  ]);
  const sample = sampleProgress(pickLatest(lanes), Date.now());
  return {
    ...{ ...listed, ...evidence, children, notified },
    timeline,
    atWork: findAtWork(lanes[family.indexOf(runId)] ?? [], timeline),
    waiting: (await findUndecided(repository, runId)) ?? null,
    progress: sample === undefined ? '' : describeProgress(sample, undefined),
  };
}

async function readChildren(
  repository: Repository,
  { runId, interrupted }: { runId: string; interrupted: ReadonlySet<string> },
): Promise<RunView['children']> {
  const ids = await listChildren(repository, runId);
  const children = await Promise.all(ids.sort().map((id) => readListedRun(repository, { runId: id, interrupted })));
  return children.flatMap((child) => (child ? [{ run: child.run, status: child.status }] : []));
}

/** A part of a run is driven by whoever drives the run. */
async function isLeft(repository: Repository, run: RunRecord, interrupted: ReadonlySet<string>): Promise<boolean> {
  for (let at: RunRecord | undefined = run; at !== undefined; ) {
    if (interrupted.has(at.id)) return true;
    at = at.parent === null ? undefined : await readRun(repository, at.parent);
  }
  return false;
}

import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type ListedRun, listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import type { RunKind, RunRecord, RunStatus } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { readFinishedRuns } from '#lib/summaries/run-summaries.ts';

export interface OpenRun {
  run: string;
  kind: RunKind;
  startedAt: string;
  /** When it last wrote something. */
  lastSign: string;
  /** It has given no sign of life for `deadAfter`: nobody drives it. */
  isDead: boolean;
}

export interface FailedRun {
  run: string;
  kind: RunKind;
  status: RunStatus;
  at: string;
  message: string;
}

/** A run with the connections that it reads or writes. */
interface RunAbout<T> {
  run: T;
  about: string[];
}

/** Failed runs that are read for the last failure of each connection. */
const mostFailures = 50;

/**
 * What is under way, and what of the last eight days did not come to a good end, newest first. One listing a day; only
 * open and failed runs are read.
 */
export async function readRuns(
  repository: Repository,
  { now, deadAfterMs }: { now: Date; deadAfterMs: number },
): Promise<{ open: RunAbout<OpenRun>[]; failed: RunAbout<FailedRun>[] }> {
  const listed = await listRecentRuns(repository, { now });
  const failed = listed.filter(({ failed }) => failed).slice(0, mostFailures);
  const [openRuns, failedRuns] = await Promise.all([
    Promise.all(
      listed
        .filter(({ ended }) => !ended)
        .map((run) => {
          const isDead = now.getTime() - run.lastSign.getTime() > deadAfterMs;
          return readOpenRun(repository, run, isDead);
        }),
    ),
    readFailedRuns(
      repository,
      failed.map(({ id }) => id),
    ),
  ]);
  return { open: openRuns.flat(), failed: failedRuns };
}

async function readOpenRun(
  repository: Repository,
  { id, lastSign }: ListedRun,
  isDead: boolean,
): Promise<RunAbout<OpenRun>[]> {
  const run = await readRun(repository, id);
  if (run === undefined) return [];
  const { kind, startedAt } = run;
  return [{ run: { run: id, kind, startedAt, lastSign: lastSign.toISOString(), isDead }, about: namesOf(run) }];
}

async function readFailedRuns(repository: Repository, ids: readonly string[]): Promise<RunAbout<FailedRun>[]> {
  const finished = await readFinishedRuns(repository, ids);
  return ids.flatMap((id): RunAbout<FailedRun>[] => {
    const found = finished.get(id);
    // A former key that is not given any more hides what failed under it, and nothing else.
    if (found?.is === 'unreadable' && !isKeyMissing(found.cause)) throw found.cause;
    // What a part came to is told by the run that it is a part of.
    if (found?.is !== 'known' || found.summary.run.parent !== null) return [];
    const { status, completedAt: at, error, run } = found.summary;
    return [{ run: { run: id, kind: run.kind, status, at, message: error?.message ?? status }, about: namesOf(run) }];
  });
}

function namesOf({ connection, target }: RunRecord): string[] {
  return [connection, target].filter((name) => name !== null);
}

import { DamagedError } from '#lib/errors/damaged-error.ts';
import { isKeyMissing } from '#lib/repository/encryption/key-ring.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type ListedRun, listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import type { RunKind, RunRecord, RunStatus } from '#lib/runs/run-record.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { FinishedRun } from '#lib/summaries/finished-run.ts';
import { readFinishedRuns } from '#lib/summaries/run-summaries.ts';
import type { FoundSummary } from '#lib/summaries/summary-kind.ts';

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

/** A run with its record, which says whom it concerns. */
interface RunAbout<T> {
  run: T;
  about: RunRecord;
}

/** Failed runs that are read for the last failure of each connection. */
const mostFailures = 50;

/**
 * What is under way, and what of the last eight days did not come to a good end, newest first. One listing a day; only
 * open and failed runs are read. `unreadable` are those of them whose record is damaged: they must not hide all others.
 */
export async function readRuns(
  repository: Repository,
  { now, deadAfterMs }: { now: Date; deadAfterMs: number },
): Promise<{ open: RunAbout<OpenRun>[]; failed: RunAbout<FailedRun>[]; unreadable: string[] }> {
  const unreadable = new Set<string>();
  const orUnreadable = async <T>(id: string, reading: Promise<T[]>): Promise<T[]> => {
    try {
      return await reading;
    } catch (cause) {
      // A former key that is not given any more hides what failed under it, and nothing else.
      if (isKeyMissing(cause)) return [];
      if (!(cause instanceof DamagedError)) throw cause;
      unreadable.add(id);
      return [];
    }
  };
  const listed = await listRecentRuns(repository, { now });
  const failed = listed
    .filter(({ failed }) => failed)
    .slice(0, mostFailures)
    .map(({ id }) => id);
  const [openRuns, finished] = await Promise.all([
    Promise.all(
      listed
        .filter(({ ended }) => !ended)
        .map((run) => {
          const isDead = now.getTime() - run.lastSign.getTime() > deadAfterMs;
          return orUnreadable(run.id, readOpenRun(repository, run, isDead));
        }),
    ),
    readFinishedRuns(repository, failed),
  ]);
  const failedRuns = await Promise.all(failed.map((id) => orUnreadable(id, describeFailedRun(id, finished.get(id)))));
  return { open: openRuns.flat(), failed: failedRuns.flat(), unreadable: [...unreadable] };
}

async function readOpenRun(
  repository: Repository,
  { id, lastSign }: ListedRun,
  isDead: boolean,
): Promise<RunAbout<OpenRun>[]> {
  const run = await readRun(repository, id);
  if (run === undefined) return [];
  const { kind, startedAt } = run;
  return [{ run: { run: id, kind, startedAt, lastSign: lastSign.toISOString(), isDead }, about: run }];
}

/** @throws why it cannot be read. */
async function describeFailedRun(
  id: string,
  found: FoundSummary<FinishedRun> | undefined,
): Promise<RunAbout<FailedRun>[]> {
  if (found?.is === 'unreadable') throw found.cause;
  // What a part came to is told by the run that it is a part of.
  if (found?.is !== 'known' || found.summary.run.parent !== null) return [];
  const { status, completedAt: at, error, run } = found.summary;
  return [{ run: { run: id, kind: run.kind, status, at, message: error?.message ?? status }, about: run }];
}

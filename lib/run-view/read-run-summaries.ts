import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RecordedError, RunRecord } from '#lib/runs/run-record.ts';
import type { FinishedRun } from '#lib/summaries/finished-run.ts';
import { readFinishedRuns } from '#lib/summaries/run-summaries.ts';
import { type RunStanding, readListedRun } from './read-run-view.ts';

/** A run as a list shows it; of one that has not ended the last four are `null`. */
export interface RunSummary {
  run: RunRecord;
  status: RunStanding;
  exitCode: number | null;
  completedAt: string | null;
  durationMs: number | null;
  error: RecordedError | null;
}

/** A run of a list, or why its record cannot be read. `wasRead`: objects of its own were read for it. */
export type SummarizedRun =
  | { runId: string; summary: RunSummary; wasRead: boolean }
  | { runId: string; summary: null; cause: unknown };

/**
 * The runs of these ids, which a listing has just named, in their order; those without a record are left out.
 * `interrupted` are the runs that nobody drives. @throws StorageError, UnavailableError.
 */
export async function readRunSummaries(
  repository: Repository,
  { runIds, interrupted }: { runIds: readonly string[]; interrupted: ReadonlySet<string> },
): Promise<SummarizedRun[]> {
  const finished = await readFinishedRuns(repository, runIds);
  const runs = await Promise.all(
    runIds.map(async (runId): Promise<SummarizedRun[]> => {
      const found = finished.get(runId);
      if (found?.is === 'known') return [{ runId, summary: toSummary(found.summary), wasRead: found.wasRead }];
      if (found?.is === 'unreadable') return [{ runId, summary: null, cause: found.cause }];
      return readOpenRun(repository, { runId, interrupted });
    }),
  );
  return runs.flat();
}

async function readOpenRun(
  repository: Repository,
  { runId, interrupted }: { runId: string; interrupted: ReadonlySet<string> },
): Promise<SummarizedRun[]> {
  try {
    const listed = await readListedRun(repository, { runId, interrupted });
    if (listed === undefined) return [];
    const { run, status, result } = listed;
    const { exitCode = null, completedAt = null, durationMs = null, error = null } = result ?? {};
    return [{ runId, summary: { run, status, exitCode, completedAt, durationMs, error }, wasRead: true }];
  } catch (cause) {
    // What it waits for is sealed, or damaged: whoever shows the list says so.
    if (cause instanceof DamagedError || cause instanceof RefusedError) return [{ runId, summary: null, cause }];
    throw cause;
  }
}

function toSummary({ run, status, exitCode, completedAt, durationMs, error }: FinishedRun): RunSummary {
  return { run, status, exitCode, completedAt, durationMs, error };
}

import type { Repository } from '#lib/repository/repository.ts';
import type { RecordedError, RunKind, RunRecord } from '#lib/runs/run-record.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { type RunStanding, readListedRun } from './read-run-view.ts';

/** A run as a list shows it. */
export interface RunSummary {
  run: RunRecord;
  status: RunStanding;
  completedAt: string | null;
  durationMs: number | null;
  error: RecordedError | null;
}

/** Which runs are wanted; what is left out does not narrow. */
export interface RunFilter {
  kind?: RunKind | undefined;
  /** Its source or its target. */
  connection?: string | undefined;
  status?: RunStanding | undefined;
}

interface PageOfRuns extends RunFilter {
  limit: number;
  before?: string | undefined;
  /** Whether who asks may see a run. */
  isVisible?: (run: RunRecord) => boolean;
}

/** How many runs are read at once while a filter looks for its own. */
const batch = 32;
/** How many are read for one page: a filter that few runs pass must not have all of them read. */
const mostRead = 512;

/**
 * A page of runs, newest first: `limit` of them at most, only such as are older than `before`. `next` is the `before` of
 * the following page, `null` where there is none. Where a filter lets few through, a page may be short, or even empty,
 * and have a next one.
 */
export async function listRunSummaries(
  repository: Repository,
  { limit, before, ...filter }: PageOfRuns,
): Promise<{ runs: RunSummary[]; next: string | null }> {
  const ids = (await listRunIds(repository)).filter((id) => before === undefined || id < before);
  const runs: RunSummary[] = [];
  let from = 0;
  while (from < Math.min(ids.length, mostRead) && runs.length <= limit) {
    const read = await Promise.all(ids.slice(from, from + batch).map((id) => readSummary(repository, id)));
    runs.push(...read.filter((summary) => summary !== undefined).filter((summary) => isWanted(summary, filter)));
    from += batch;
  }
  const page = runs.slice(0, limit);
  const last = runs.length > limit ? page.at(-1)?.run.id : from < ids.length ? ids[from - 1] : undefined;
  return { runs: page, next: last ?? null };
}

async function readSummary(repository: Repository, runId: string): Promise<RunSummary | undefined> {
  const listed = await readListedRun(repository, { runId, interrupted: new Set() });
  if (listed === undefined) return undefined;
  const { run, status, result } = listed;
  const { completedAt = null, durationMs = null, error = null } = result ?? {};
  return { run, status, completedAt, durationMs, error };
}

function isWanted({ run, status }: RunSummary, filter: Omit<PageOfRuns, 'limit' | 'before'>): boolean {
  return (
    filter.isVisible?.(run) !== false &&
    (filter.kind === undefined || run.kind === filter.kind) &&
    (filter.connection === undefined || run.connection === filter.connection || run.target === filter.connection) &&
    (filter.status === undefined || status === filter.status)
  );
}

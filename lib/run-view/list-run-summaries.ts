import type { Repository } from '#lib/repository/repository.ts';
import type { RunKind, RunRecord } from '#lib/runs/run-record.ts';
import { listRunDays, listRunsOfDay } from '#lib/runs/run-store.ts';
import { type RunSummary, readRunSummaries } from './read-run-summaries.ts';
import type { RunStanding } from './read-run-view.ts';

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

/** How many runs are looked at at once while a filter looks for its own. */
const batch = 32;
/** What one page may cost: a filter that few runs pass must not have all of them read. */
const mostCost = 4_096;
/** Of a run that the index does not know; of one that it knows: 1. */
const costOfReading = 8;

/**
 * A page of runs, newest first: `limit` of them at most, only such as are older than `before`. `next` is the `before` of
 * the following page, `null` where there is none. Where a filter lets few through, a page may be short, or even empty,
 * and have a next one. Lists only the days it needs. @throws StorageError, UnavailableError, DamagedError, RefusedError.
 */
export async function listRunSummaries(
  repository: Repository,
  { limit, before, ...filter }: PageOfRuns,
): Promise<{ runs: RunSummary[]; next: string | null }> {
  const runs: RunSummary[] = [];
  let [cost, last] = [0, before];
  for await (const runIds of listBatches(repository, before)) {
    if (runs.length > limit) break;
    // Something older is left: who turns the page goes on behind the last one that was looked at.
    if (cost >= mostCost) return { runs, next: last ?? null };
    for (const read of await readRunSummaries(repository, { runIds, interrupted: new Set() })) {
      if (read.summary === null) throw read.cause;
      cost += read.wasRead ? costOfReading : 1;
      if (isWanted(read.summary, filter)) runs.push(read.summary);
    }
    last = runIds.at(-1);
  }
  const page = runs.slice(0, limit);
  return { runs: page, next: runs.length > limit ? (page.at(-1)?.run.id ?? null) : null };
}

/** Ids of runs that are older than `before`, newest first. Days are listed as they are needed, more at a time each time. */
async function* listBatches(repository: Repository, before: string | undefined): AsyncGenerator<string[]> {
  const days = (await listRunDays(repository)).filter((day) => before === undefined || day <= before.slice(0, 8));
  const rest: string[] = [];
  for (let [from, count] = [0, 2]; from < days.length; from += count, count = Math.min(count * 2, 32)) {
    const listed = await Promise.all(days.slice(from, from + count).map((day) => listRunsOfDay(repository, day)));
    rest.push(...listed.flat().filter((id) => before === undefined || id < before));
    while (rest.length >= batch) yield rest.splice(0, batch);
  }
  if (rest.length > 0) yield rest;
}

function isWanted({ run, status }: RunSummary, filter: Omit<PageOfRuns, 'limit' | 'before'>): boolean {
  return (
    filter.isVisible?.(run) !== false &&
    (filter.kind === undefined || run.kind === filter.kind) &&
    (filter.connection === undefined || run.connection === filter.connection || run.target === filter.connection) &&
    (filter.status === undefined || status === filter.status)
  );
}

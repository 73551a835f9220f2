import { type Problem, tellProblem } from '#lib/errors/tell-problem.ts';
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
  /** `open`: whatever it does, it has not ended. */
  status?: RunStanding | 'open' | undefined;
}

interface PageOfRuns extends RunFilter {
  limit: number;
  before?: string | undefined;
  /** Whether who asks may see a run. */
  isVisible?: (run: RunRecord) => boolean;
  /** Leaves out what cannot be read: whose it is, nobody knows. */
  onlyReadable?: boolean;
}

/** A run of a list, or why its record cannot be read. */
export type ListedRun = { id: string } & ({ summary: RunSummary; problem: null } | { summary: null; problem: Problem });

/** How many runs are looked at at once while a filter looks for its own. */
const batch = 32;
/** What one page may cost: a filter that few runs pass must not have all of them read. */
const mostCost = 4_096;
/** Of a run that the index does not know; of one that it knows: 1. */
const costOfReading = 8;

/**
 * A page of runs, newest first: `limit` of them at most, only such as are older than `before`. `next` is the `before` of
 * the following page, `null` where there is none. Where a filter lets few through, a page may be short, or even empty,
 * and have a next one. Lists only the days it needs. A run that cannot be read is told, and hides no other; where the list
 * is narrowed, or only what is readable is wanted, it is left out. @throws StorageError, UnavailableError.
 */
export async function listRunSummaries(
  repository: Repository,
  { limit, before, onlyReadable = false, ...filter }: PageOfRuns,
): Promise<{ runs: ListedRun[]; next: string | null }> {
  const tellsUnreadable = !onlyReadable && !(filter.kind ?? filter.connection ?? filter.status);
  const runs: ListedRun[] = [];
  let [cost, last] = [0, before];
  for await (const runIds of listBatches(repository, before)) {
    if (runs.length > limit) break;
    // Something older is left: who turns the page goes on behind the last one that was looked at.
    if (cost >= mostCost) return { runs, next: last ?? null };
    for (const read of await readRunSummaries(repository, { runIds, interrupted: new Set() })) {
      const { runId: id, summary } = read;
      cost += summary === null || read.wasRead ? costOfReading : 1;
      if (summary === null) {
        const problem = tellProblem(read.cause);
        if (tellsUnreadable) runs.push({ id, summary, problem });
      } else if (isWanted(summary, filter)) runs.push({ id, summary, problem: null });
    }
    last = runIds.at(-1);
  }
  const page = runs.slice(0, limit);
  return { runs: page, next: runs.length > limit ? (page.at(-1)?.id ?? null) : null };
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

function isWanted(
  { run, status, exitCode }: RunSummary,
  filter: Omit<PageOfRuns, 'limit' | 'before' | 'onlyReadable'>,
): boolean {
  return (
    filter.isVisible?.(run) !== false &&
    (filter.kind === undefined || run.kind === filter.kind) &&
    (filter.connection === undefined || run.connection === filter.connection || run.target === filter.connection) &&
    (filter.status === undefined || status === filter.status || (filter.status === 'open' && exitCode === null))
  );
}

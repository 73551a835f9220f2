import type { Repository } from '#lib/repository/repository.ts';
import { runTime } from '#lib/runs/run-id.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { type FinishedRun, finishedRunSchema, summarizeResult } from './finished-run.ts';
import { readSummaries } from './read-summaries.ts';
import { Shelf } from './shelf.ts';
import type { FoundSummary, SummaryKind } from './summary-kind.ts';

/** Runs that have ended: `result.json` is written once. */
export const runSummaries: SummaryKind<FinishedRun> = {
  folder: 'runs',
  schema: finishedRunSchema,
  shelf: new Shelf(),
  async read(repository, runId) {
    const result = await readResult(repository, runId);
    return result && summarizeResult(result);
  },
  // Who has fewer keys than the writer of a segment does not read it.
  isKept: () => true,
  monthOf: (runId) => (runTime(runId) ? runId.slice(0, 6) : undefined),
};

/**
 * What is known of these runs, which a listing has just named, by id; `open` are those that have no result.
 * @throws StorageError, UnavailableError.
 */
export function readFinishedRuns(
  repository: Repository,
  runIds: readonly string[],
): Promise<Map<string, FoundSummary<FinishedRun>>> {
  return readSummaries(
    repository,
    runSummaries,
    runIds.map((name) => ({ name, stamp: '' })),
  );
}

import type { Repository } from '#lib/repository/repository.ts';
import { listRecentRuns } from '#lib/runs/list-recent-runs.ts';
import type { RunKind, RunStatus } from '#lib/runs/run-record.ts';
import type { FinishedRun } from '#lib/summaries/finished-run.ts';
import { readFinishedRuns } from '#lib/summaries/run-summaries.ts';

/** What a metric says of a run that has ended. Parts of other runs are left out. */
export interface EndedRunFacts {
  run: string;
  kind: RunKind;
  /** The connection it read, else the one it wrote; '' where it was about none. */
  connection: string;
  status: RunStatus;
  endedAt: number;
  durationMs: number;
  /** Of a backup that completed. */
  totals: { rows: number; bytes: number; newBytes: number } | null;
}

/** Days whose runs are counted. */
export const countedDays = 7;
/** More are not read: a scrape must end. */
const mostRuns = 2_000;

/**
 * The runs of the last seven days that have ended, newest first. A listing a day, and a read for each new result. One
 * record that does not parse, or whose key is not given any more, must not take all other metrics away.
 */
export async function readEndedRuns(repository: Repository, now: Date): Promise<EndedRunFacts[]> {
  const listed = (await listRecentRuns(repository, { now, days: countedDays })).filter(({ ended }) => ended);
  const ids = listed.slice(0, mostRuns).map(({ id }) => id);
  const finished = await readFinishedRuns(repository, ids);
  return ids.flatMap((id) => {
    const found = finished.get(id);
    return found?.is === 'known' && found.summary.run.parent === null ? [toFacts(found.summary)] : [];
  });
}

function toFacts({ run, status, completedAt, durationMs, totals }: FinishedRun): EndedRunFacts {
  return {
    ...{ run: run.id, kind: run.kind, status, durationMs },
    connection: run.connection ?? run.target ?? '',
    endedAt: Date.parse(completedAt),
    totals: totals && { rows: Number(totals.rows), bytes: Number(totals.bytes), newBytes: Number(totals.newStored) },
  };
}

import type { Repository } from '#lib/repository/repository.ts';

/** A run as the keys of its folder tell it: no object is read for it. */
export interface ListedRun {
  id: string;
  ended: boolean;
  /** It ended, and not well. */
  failed: boolean;
  /** When it last wrote something. */
  lastSign: Date;
}

const dayMs = 86_400_000;

/**
 * The runs whose events were sent within the last `days` days before `now`, newest first. One listing a day, no reads.
 * A run ends within a week, so that eight days hold every open one.
 */
export async function listRecentRuns(
  repository: Repository,
  { now, days = 8 }: { now: Date; days?: number },
): Promise<ListedRun[]> {
  // One day more: a machine whose clock is ahead may have begun a run tomorrow.
  const dates = Array.from({ length: days + 2 }, (_, ago) => toDate(new Date(now.getTime() - (ago - 1) * dayMs)));
  const runs = await Promise.all(dates.map((date) => listDay(repository, date)));
  return runs.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
}

async function listDay(repository: Repository, date: string): Promise<ListedRun[]> {
  const runs = new Map<string, ListedRun>();
  for await (const { key, modified } of repository.store.list(`runs/${date}/`)) {
    const [, , id = '', name = ''] = key.split('/');
    const run = runs.get(id) ?? { id, ended: false, failed: false, lastSign: modified };
    if (name === 'result.json') run.ended = true;
    if (name === 'failed.json') run.failed = true;
    if (modified > run.lastSign) run.lastSign = modified;
    runs.set(id, run);
  }
  return [...runs.values()];
}

/** `20261121` */
function toDate(time: Date): string {
  return time.toISOString().slice(0, 10).replaceAll('-', '');
}

import type { Repository } from '#lib/repository/repository.ts';
import { listFamily } from './children-store.ts';
import { listRecentRuns } from './list-recent-runs.ts';
import type { RunKind, RunRecord } from './run-record.ts';
import { readRun } from './run-store.ts';

/** A run that has been silent for so long is driven by nobody: it must not keep others from beginning. */
const silentMs = 3_600_000;

/**
 * The run of this kind and connection that is under way, besides `except`, or `undefined`. One listing a day of the last eight; only open
 * runs are read. What a run's parts do are signs of its own life.
 */
export async function findOpenRun(
  repository: Repository,
  { kind, connection, except, now }: { kind: RunKind; connection: string; except: string; now: Date },
): Promise<RunRecord | undefined> {
  const listed = await listRecentRuns(repository, { now });
  const signs = new Map(listed.map(({ id, lastSign }) => [id, lastSign.getTime()]));
  for (const { id } of listed.filter(({ id, ended }) => !ended && id !== except)) {
    const run = await readRun(repository, id);
    if (run?.kind !== kind || run.connection !== connection) continue;
    const family = await listFamily(repository, id);
    const lastSign = Math.max(...family.map((member) => signs.get(member) ?? 0));
    if (now.getTime() - lastSign < silentMs) return run;
  }
  return undefined;
}

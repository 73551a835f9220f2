import { listAnnouncedCommits } from '#lib/garbage/announced-commit.ts';
import { addDeletion, noDeletion, shortenDeletion } from '#lib/garbage/deletion-total.ts';
import { doomedDeadMs, listDoomedLists } from '#lib/garbage/doomed-list.ts';
import { listOldDeliveries } from '#lib/hooks/list-deliveries.ts';
import type { Deletion, ObjectInfo } from '#lib/repository/object-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupsPrefix } from '#lib/repository/repository-keys.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { listOldClaims } from '#lib/runs/request-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { askStoreClock } from './prune-store.ts';

const keysAtOnce = 1_000;
/** A commit that was announced may still come, by the retries of its step: without the announcement it is not safe. */
const announcementMs = 24 * 60 * 60_000;

/** What was tidied away: objects that belong to no backup any more, and records of runs. */
export interface Tidied {
  leftovers: Deletion;
  runs: { folders: number; objects: Deletion };
}

/**
 * Takes away what lies beside no manifest and is older than the grace time, announcements and lists of killed processes,
 * damaged objects put aside, idempotency keys of other days, deliveries of hooks that cannot come again, and records of
 * runs that ended long ago. Safe to run twice.
 */
export async function tidyRepository(
  { config, repository }: Pick<Workspace, 'config' | 'repository'>,
  runId: string,
): Promise<Tidied> {
  const now = (await askStoreClock(repository, runId)).getTime();
  // What lies beside a manifest is written before it: even without a grace time a commit has this long.
  const grace = (modified: Date): boolean => now - modified.getTime() > Math.max(config.sweepGraceMs, doomedDeadMs);
  const keys = await findOrphans(repository, ({ modified }) => grace(modified));
  for (const { key, modified } of await listAnnouncedCommits(repository)) {
    if (grace(modified) && now - modified.getTime() > announcementMs) keys.push(key);
  }
  for (const { key, modified } of await listDoomedLists(repository)) if (grace(modified)) keys.push(key);
  for await (const { key, modified } of repository.store.list('quarantine/')) {
    if (now - modified.getTime() > config.keepRunsMs) keys.push(key);
  }
  keys.push(...(await listOldClaims(repository, now)), ...(await listOldDeliveries(repository, now)));
  const leftovers = await deleteKeys(repository, keys);
  return { leftovers, runs: await removeOldRuns(repository, new Date(now - config.keepRunsMs)) };
}

/** Objects under the prefix of a backup that has no manifest, where all of them are old enough. */
async function findOrphans(repository: Repository, isOld: (info: ObjectInfo) => boolean): Promise<string[]> {
  const orphans: string[] = [];
  let group: { prefix: string; infos: ObjectInfo[] } = { prefix: '', infos: [] };
  const close = (): void => {
    const isBackup = group.infos.some(({ key }) => key === `${group.prefix}manifest.json`);
    if (!isBackup && group.infos.every(isOld)) orphans.push(...group.infos.map(({ key }) => key));
  };
  for await (const info of repository.store.list(backupsPrefix)) {
    const prefix = /^backups\/[^/]+\/[^/]+\//.exec(info.key)?.[0];
    if (prefix === undefined) continue;
    if (prefix !== group.prefix) {
      close();
      group = { prefix, infos: [] };
    }
    group.infos.push(info);
  }
  close();
  return orphans;
}

/**
 * Removes the folders of runs that have ended before the moment. A run that has left something behind stays with all of
 * its day, as it may be rolled back, and its parts with it.
 */
async function removeOldRuns(repository: Repository, before: Date): Promise<Tidied['runs']> {
  const keptDays = new Set((await listKept(repository)).map(({ run }) => run.slice(0, 8)));
  const lastDay = before.toISOString().slice(0, 10).replaceAll('-', '');
  const runs = new Map<string, { ended: boolean; keys: string[] }>();
  // Newer days end the listing: keys are in the order of the days.
  for await (const { key } of repository.store.list('runs/')) {
    const [, day = '', id = '', name = ''] = key.split('/');
    if (day >= lastDay) break;
    if (keptDays.has(day)) continue;
    const run = runs.get(id) ?? { ended: false, keys: [] };
    run.keys.push(key);
    run.ended ||= name === 'result.json';
    runs.set(id, run);
  }
  const old = [...runs.values()].filter(({ ended }) => ended);
  const [results, others] = [true, false].map((wanted) =>
    old.flatMap(({ keys }) => keys.filter((key) => key.endsWith('/result.json') === wanted)),
  );
  // What says that a run has ended goes last: a kill in between leaves it to the next prune, and no run that seems open.
  const first = await deleteKeys(repository, others ?? []);
  return { folders: old.length, objects: addDeletion(first, await deleteKeys(repository, results ?? [])) };
}

async function deleteKeys({ store }: Repository, keys: readonly string[]): Promise<Deletion> {
  let deletion = noDeletion;
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    deletion = addDeletion(deletion, await store.deleteMany(keys.slice(from, from + keysAtOnce)));
  }
  return shortenDeletion(deletion);
}

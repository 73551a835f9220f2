import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import { describeContent } from '#lib/restore/check-empty.ts';
import type { Cutover, DatabaseSwap, InPlace } from './cutover.ts';
import { listDatabases } from './database-swap/list-databases.ts';
import { reachMaintenance } from './database-swap/reach-maintenance.ts';

/** One of the two databases of a cut-over, or what stands for it. */
export interface KnownDatabase {
  /** `former content`, `restored content`, `target`, `safety backup`. */
  what: string;
  /** What is known of it at this moment, for people. */
  says: string;
}

/**
 * Looks where both databases of a cut-over are, for a person who has to put them right. Where the server does not answer,
 * what the run's record says is told as such. Reads only, throws nothing of its own family.
 */
export async function lookAtDatabases(cutover: Cutover, target: Connection | undefined): Promise<KnownDatabase[]> {
  const { details } = cutover;
  const recorded = describeRecorded(cutover);
  if (target === undefined || details.strategy === 'neon-branch') return recorded;
  try {
    return details.strategy === 'in-place' ? await lookInPlace(target, details) : await lookAtSwap(target, details);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    return [...recorded, { what: 'server', says: `does not tell more now: ${cause.message}` }];
  }
}

async function lookAtSwap(target: Connection, details: DatabaseSwap): Promise<KnownDatabase[]> {
  const { live, liveOid, stagingOid, maintenance } = details;
  const databases = await withSession(await reachMaintenance(target, maintenance), listDatabases);
  const says = (oid: string | null): string => {
    const name = oid === null ? undefined : databases.get(oid);
    if (name === undefined) return 'gone';
    return `database ${name} (oid ${oid})${name === live ? `, which is what ${target.name} serves` : ''}`;
  };
  const taken = [...databases.entries()].find(([, name]) => name === live)?.[0];
  return [
    { what: 'former content', says: says(liveOid) },
    { what: 'restored content', says: says(stagingOid) },
    ...(taken === undefined ? [{ what: live, says: 'no database has this name: nobody can connect' }] : []),
  ];
}

async function lookInPlace(target: Connection, { safetyBackup }: InPlace): Promise<KnownDatabase[]> {
  const content = await withSession(target, async (session) => describeContent(session, await readServerInfo(session)));
  return [
    { what: 'target', says: `${target.name}: ${content ?? 'the database is empty'}` },
    ...(safetyBackup === null ? [] : [describeSafetyBackup(target.name, safetyBackup)]),
  ];
}

function describeRecorded({ target, details, staging, putAside }: Cutover): KnownDatabase[] {
  const place = (where: Cutover['staging']): string => where?.database ?? where?.host ?? 'none is recorded';
  if (details.strategy === 'in-place') {
    return details.safetyBackup === null ? [] : [describeSafetyBackup(target, details.safetyBackup)];
  }
  return [
    { what: 'put aside', says: `by the run’s record: ${place(putAside)}` },
    { what: 'staging', says: `by the run’s record: ${place(staging)}` },
  ];
}

function describeSafetyBackup(target: string, { backupId }: NonNullable<InPlace['safetyBackup']>): KnownDatabase {
  const says = `${backupId}: holdfast restore ${backupId} --to ${target} --strategy in-place --replace`;
  return { what: 'safety backup', says };
}

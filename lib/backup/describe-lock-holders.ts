import type { Session } from '#lib/postgres/session.ts';
import { findLockHolders, type LockHolder } from '#lib/schema/find-lock-holders.ts';

/**
 * Who holds, or waits for, an ACCESS EXCLUSIVE lock on one of the tables (`schema.name`, quoted or not), for people:
 * `table public.a, which process 12 (psql, app) locks`. `undefined` where it cannot be told.
 */
export async function describeLockHolders(session: Session, tables: readonly string[]): Promise<string | undefined> {
  const bare = (name: string): string => name.replaceAll('"', '');
  const asked = new Set(tables.map(bare));
  // An extra to an error: where it cannot be had, the error says less.
  const holders = await findLockHolders(session).catch((): LockHolder[] => []);
  const told = holders
    .filter(({ table }) => asked.has(bare(table)))
    .map(({ table, pid, who }) => `table ${table}, which process ${pid}${who === '' ? '' : ` (${who})`} locks`);
  return told.length > 0 ? told.join('; ') : undefined;
}

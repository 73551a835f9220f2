import { readServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';

/**
 * Whether two sessions, both open, are in one database of one running server. A server's identity does not tell: branches
 * on Neon and physical copies share it, and the oids of what they held; but no two of them have started in the same
 * microsecond, and none starts anew while a session is open.
 */
export async function isOneDatabase(one: Session, other: Session): Promise<boolean> {
  const [first, second] = [await readServerInfo(one), await readServerInfo(other)];
  const identities = [first.systemIdentifier, second.systemIdentifier];
  if (!identities.includes(null) && identities[0] !== identities[1]) return false;
  return first.databaseOid === second.databaseOid && (await readStart(one)) === (await readStart(other));
}

async function readStart(session: Session): Promise<string> {
  const answer = await session.query<{ at: string }>('select pg_catalog.pg_postmaster_start_time() as at');
  return answer.rows[0]?.at ?? '';
}

import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import type { Session } from '#lib/postgres/session.ts';
import { readBelongings } from './belongings.ts';
import { planAccess } from './plan-access.ts';
import { planBelongings } from './plan-belongings.ts';

/**
 * What a rollback changes besides the content: the database that comes back keeps its own settings and rights, and what
 * was changed on the live one since the cut-over stays with that one. Values are not told.
 */
export async function describeDifferences(
  session: Session,
  { details, stagingOid }: { details: DatabaseSwap; stagingOid: string },
): Promise<string[]> {
  const both = await readBelongings(session, [stagingOid, details.liveOid]);
  const leaving = both.find(({ oid }) => oid === stagingOid);
  const returning = both.find(({ oid }) => oid === details.liveOid);
  if (!leaving || !returning) return [];
  const different = planBelongings(leaving, returning, returning.name).map(({ what }) => what);
  const { statements } = planAccess(leaving, returning, { name: returning.name, superuser: true });
  return [...different, ...(statements.length > 0 ? ['owner, rights or limits'] : [])].map(
    (what) =>
      `${what}: different since the cut-over; ${details.live} has its former again, ${details.rolledBack} the later`,
  );
}

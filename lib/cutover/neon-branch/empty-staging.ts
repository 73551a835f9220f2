import type { Connection } from '#lib/config/config.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { createStaging } from '#lib/cutover/database-swap/create-staging.ts';
import { listDatabases, oidOf } from '#lib/cutover/database-swap/list-databases.ts';
import { planSwapNames } from '#lib/cutover/database-swap/plan-swap-names.ts';
import { reachMaintenance } from '#lib/cutover/database-swap/reach-maintenance.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import { requireOtherServer } from './require-other-server.ts';

/**
 * In the child branch, puts an empty database in the place of the copy of the live one, under its name: a branch restore
 * brings it to the target as it is called here. Safe to run twice: the oids tell how far it is.
 * @throws RefusedError where the child holds another database than the plan's, else a classified error.
 */
export async function emptyStaging(
  staging: Connection,
  { run, details, target }: { run: string; details: NeonBranch; target: Connection },
): Promise<void> {
  const { database, liveOid, stagingOid, stagingName } = details;
  const maintenance = await reachMaintenance(staging, details.maintenance);
  await requireOtherServer(maintenance, target);
  try {
    await withSession(maintenance, async (session) => {
      const next = planSwapNames(database, run).staging;
      const known = await listDatabases(session);
      if (oidOf(known, database) === stagingOid) return;
      if (!known.has(stagingOid)) {
        if (oidOf(known, database) !== liveOid) throw replaced(stagingName, database);
        await createStaging(session, { name: next, likeOid: liveOid, oid: Number(stagingOid) });
      }
      await session.query(`drop database if exists ${quoteIdent(database)} with (force)`);
      await session.query(`alter database ${quoteIdent(next)} rename to ${quoteIdent(database)}`);
    });
  } catch (cause) {
    throw classifyError(cause, `branch ${stagingName}`);
  }
}

function replaced(branch: string, database: string): RefusedError {
  return new RefusedError(`Branch ${branch} holds another database ${database} than the restore was planned for.`, {
    code: 'replaced_since',
    hint: 'The target was replaced meanwhile. Nothing live was changed; start the restore again.',
  });
}

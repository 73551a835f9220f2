import type { Connection } from '#lib/config/config.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { type Belongings, readBelongings } from '#lib/cutover/database-swap/belongings.ts';
import { applyBelongings } from '#lib/cutover/database-swap/carry-belongings.ts';
import { planAccess } from '#lib/cutover/database-swap/plan-access.ts';
import { reachMaintenance } from '#lib/cutover/database-swap/reach-maintenance.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';

/**
 * Gives the copy in the child branch what belongs to the live database and not to its content: settings, rights, limit,
 * comment. Just before the cut-over, so that it is what the live one has by then, and hampers no restore. Answers with
 * what could not be carried. Safe to run twice. @throws RefusedError where either is not the plan's database.
 */
export async function dressStaging(
  staging: Connection,
  { details, target }: { details: NeonBranch; target: Connection },
): Promise<string[]> {
  const { liveOid, stagingOid, database, stagingName, branchName } = details;
  try {
    const from = await withSession(target, (session) => readBelongings(session, [liveOid]));
    const maintenance = await reachMaintenance(staging, details.maintenance);
    return await withSession(maintenance, async (session) => {
      const to = await readBelongings(session, [stagingOid]);
      const both = {
        from: require(from, { branch: branchName, database }),
        to: require(to, { branch: stagingName, database }),
      };
      const failed = await applyBelongings(session, both);
      const access = planAccess(both.from, both.to, { name: database, superuser: false });
      await session.query(['begin', ...access.statements, 'commit'].join(';\n'));
      return [...failed.map(({ note }) => note), ...access.notes];
    });
  } catch (cause) {
    throw classifyError(cause, `branch ${stagingName}`);
  }
}

function require(
  [found]: readonly Belongings[],
  { branch, database }: { branch: string; database: string },
): Belongings {
  if (found?.name === database) return found;
  throw new RefusedError(`Branch ${branch} does not hold the database ${database} that the restore was planned for.`, {
    code: 'replaced_since',
    hint: 'It was replaced, renamed or dropped meanwhile. Nothing was changed; start the restore again.',
  });
}

import type { Connection } from '#lib/config/config.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { identifyTables } from './identify-tables.ts';
import { dropLedgerSql, findLedgerRun } from './ledger.ts';
import type { RestoreStatement } from './restore-plan.ts';
import { markFinishing } from './restore-state.ts';

/**
 * Removes the ledger and makes the event triggers, in one transaction: they must neither see the restore nor the
 * ledger go. Safe to run twice: without a ledger the transaction has committed already.
 */
export async function finishRestore(
  target: Connection,
  { runId, last, repository }: { runId: string; last: readonly RestoreStatement[]; repository: Repository },
): Promise<void> {
  await withSession(target, async (session) => {
    if ((await findLedgerRun(session)) !== runId) return;
    await session.query('begin');
    await session.query(dropLedgerSql);
    for (const { sql, object } of last) {
      try {
        await session.query(sql);
      } catch (cause) {
        throw classifyError(cause, object);
      }
    }
    // Before the commit: a copy without a ledger and without this mark would be nobody's.
    await markFinishing(repository, runId, await identifyTables(session));
    await session.query('commit');
  });
}

import type { Connection } from '#lib/config/config.ts';
import { classifyError, isDriverError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Session } from '#lib/postgres/session.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { RecoveryPlan, SideTable } from '#lib/recovery/recovery-plan.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import { compareTable } from './compare-table.ts';
import { type TableDifferences, writeTableDifferences } from './differences.ts';
import { explainNotCompared, notCompared } from './not-compared.ts';

/**
 * Compares side tables with live ones until the time budget is used, always at least one; answers where the next step
 * begins. What is found is kept in the run's folder, since it holds people's keys. Each table is read in a read-only
 * transaction of its own: its lock ends with it. One that the server cannot read is told in the report. Changes nothing
 * in the database: safe to run twice. @throws an UnavailableError that names the table where another attempt can help,
 *   DatabaseError (`side_tables_gone`).
 */
export async function compareSideTables(
  step: { runId: string; from: number },
  options: { plan: RecoveryPlan; target: Connection; repository: Repository; budgetMs: number; lockTimeoutMs: number },
): Promise<{ next: number }> {
  const { plan, repository } = options;
  const deadline = Date.now() + options.budgetMs;
  const progress = reportProgress(repository, step.runId, {
    ...{ lane: 'compare', phase: 'compare', rows: 0, bytes: 0, items: step.from, totalBytes: 0 },
    totalItems: plan.tables.length,
  });
  let next = step.from;
  await withSession(options.target, async (session) => {
    await endWithClient(session);
    await session.query(`set lock_timeout = ${options.lockTimeoutMs}`);
    while (next < plan.tables.length) {
      const table = plan.tables[next];
      if (table === undefined) break;
      const differences = await compareAtOneMoment(session, { schema: plan.schema, table });
      await writeTableDifferences(repository, { runId: step.runId, index: next }, differences);
      progress.add({ items: 1, rows: Number(differences.rows.backup) });
      next++;
      if (Date.now() >= deadline) break;
    }
  });
  await progress.flush();
  return { next };
}

async function compareAtOneMoment(
  session: Session,
  compared: { schema: string; table: SideTable },
): Promise<TableDifferences> {
  try {
    await session.query('begin transaction isolation level repeatable read, read only');
    const differences = await compareTable(session, compared);
    await session.query('commit');
    return differences;
  } catch (cause) {
    const reason = explainNotCompared(cause);
    if (reason === undefined) throw nameTable(cause, compared.table);
    // An answer may have been the session's last one.
    await session.query('rollback').catch((lost: unknown) => {
      throw nameTable(lost, compared.table);
    });
    return notCompared(compared.table, reason);
  }
}

/** A fault of ours stays what it is. */
function nameTable(cause: unknown, table: SideTable): unknown {
  return isDriverError(cause) ? classifyError(cause, `table ${describeTable(table)}`) : cause;
}

/** A long query must not go on for a client that was killed (manual, "client_connection_check_interval"; since 14). */
async function endWithClient(session: Session): Promise<void> {
  try {
    await session.query(
      `select pg_catalog.set_config(name, '10s', false) from pg_catalog.pg_settings
       where name = 'client_connection_check_interval'`,
    );
  } catch (cause) {
    // 22023 invalid_parameter_value: the server's system cannot tell.
    if (sqlstateOf(cause) !== '22023') throw cause;
  }
}

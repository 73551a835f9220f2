import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { dropLedgerSql, findLedgerRun } from '#lib/restore/ledger.ts';
import { listOtherUsers } from './list-other-users.ts';
import type { RecoveryPlan } from './recovery-plan.ts';
import { findSchemaOwner } from './side-schema.ts';

/** Tables that one statement drops: each is locked until its end, and a server's lock table is small. */
const dropBatch = 250;

/** As many as a message names of what others have made. */
const mostNamed = 5;

/**
 * Drops what a run has made in the live database: its ledger, its side tables, its side schema, and nothing else. There
 * is no CASCADE here: what others have put into it or built on it is told, and then none of the tables is dropped. Safe
 * to repeat.
 * @throws UnavailableError where another attempt can help, else RollbackFailedError that says what is left.
 */
export async function dropSideSchema(
  target: Connection,
  options: { runId: string; plan: RecoveryPlan; lockTimeoutMs: number },
): Promise<{ dropped: boolean }> {
  const { runId, plan } = options;
  const side = { runId, name: plan.schema };
  try {
    return await withSession(target, async (session) => {
      await session.query(`set lock_timeout = ${options.lockTimeoutMs}`);
      await endLoaders(session, plan.schema);
      await dropLedger(session, runId);
      if ((await findSchemaOwner(session, side)) !== 'this run') return { dropped: false };
      await requireUnused(session, plan);
      await dropTables(session, plan);
      return { dropped: true };
    });
  } catch (cause) {
    throw explainLeft(cause, { target, ...options });
  }
}

async function requireUnused(session: Session, plan: RecoveryPlan): Promise<void> {
  const users = await listOtherUsers(session, plan);
  if (users.length === 0) return;
  const more = users.length > mostNamed ? ` and ${users.length - mostNamed} more` : '';
  throw new RefusedError(`others use it: ${users.slice(0, mostNamed).join(', ')}${more}`, {
    code: 'side_schema_used',
    hint: 'Nothing of it was dropped.',
  });
}

/** The schema goes with the last tables, in one transaction: few enough tables are dropped all or none. */
async function dropTables(session: Session, { schema, tables }: RecoveryPlan): Promise<void> {
  for (let start = 0; start < tables.length; start += dropBatch) {
    const batch = tables.slice(start, start + dropBatch);
    const names = batch.map((table) => quoteQualified({ schema, name: table.side }));
    const isLast = start + dropBatch >= tables.length;
    const dropSchema = isLast ? `; drop schema if exists ${quoteIdent(schema)}` : '';
    await session.query(`drop table if exists ${names.join(', ')}${dropSchema}`);
  }
}

function explainLeft(
  cause: unknown,
  { runId, plan, target }: { runId: string; plan: RecoveryPlan; target: Connection },
): HoldfastError {
  const error = classifyError(cause, `schema ${plan.schema}`);
  const untouched = 'The live tables were never touched.';
  const again = `\`holdfast discard ${runId}\` takes away what the run has left`;
  if (error.retryable) {
    const hint = `${untouched} Once the database can be reached, ${again}; a sweep of a failed run does so too.`;
    return new UnavailableError(error.message, { code: error.code, hint, cause });
  }
  return new RollbackFailedError(
    `The side schema ${plan.schema} of connection ${target.name} is not dropped: ${error.message}`,
    {
      code: 'side_schema_left',
      hint: `${untouched} When nobody needs what is in it: drop schema ${quoteIdent(plan.schema)} cascade; after that, or once the database lets it in, ${again}.`,
      cause,
    },
  );
}

/**
 * Removes the ledger of a run, if the database holds it. One without a row is the run's too: a crashed server empties an
 * unlogged one.
 */
export async function dropLedger(session: Session, runId: string): Promise<void> {
  const there = await session.query<{ there: string }>('select pg_catalog.to_regclass($1) is not null as there', [
    `${quoteIdent(holdfastSchema)}.ledger`,
  ]);
  if (there.rows[0]?.there !== 't') return;
  const holder = await findLedgerRun(session);
  if (holder === undefined || holder === runId) await session.query(dropLedgerSql);
}

/** Lanes of the failed run that are still at work hold what is to be dropped. Whoever only reads is left alone. */
async function endLoaders(session: Session, schema: string): Promise<void> {
  await session.query(
    `select pg_catalog.pg_terminate_backend(l.pid)
     from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       join pg_catalog.pg_stat_activity a on a.pid = l.pid
     where l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
       and n.nspname = $1 and l.mode <> 'AccessShareLock'  -- a backup, or a person who looks
       and a.application_name = 'holdfast' and a.usename = current_user and a.pid <> pg_catalog.pg_backend_pid()`,
    [schema],
  );
}

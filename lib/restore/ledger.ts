import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

const schema = quoteIdent(holdfastSchema);

/**
 * Makes the ledger: one row for each chunk and statement that a restore has committed. Safe to repeat. From here on the
 * run may drop what it finds in the database, so `requireEmpty` is asked in the same transaction, unless the ledger is
 * the run's own already: since its preflight another restore may have come and gone.
 * @throws RefusedError where another restore holds the database; what `requireEmpty` throws.
 */
export async function createLedger(
  session: Session,
  {
    runId,
    requireEmpty,
    unlogged = false,
  }: {
    runId: string;
    requireEmpty: () => Promise<void>;
    /** Set where a publication of all tables would send the ledger's rows to subscribers that have no such table. */
    unlogged?: boolean;
  },
): Promise<void> {
  await session.query('begin');
  // Two restores at once: the lock makes the second one find what the first has made.
  await session.query(`select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('holdfast.ledger'))`);
  if (!(await hasLedger(session))) await requireEmpty();
  await session.query(`create schema if not exists ${schema}`);
  await session.query(`create ${unlogged ? 'unlogged ' : ''}table if not exists ${schema}.ledger (
    run_id text not null, item text not null, committed_at timestamptz not null default pg_catalog.now(),
    primary key (run_id, item))`);
  await session.query(`insert into ${schema}.ledger (run_id, item) values ($1, 'begin') on conflict do nothing`, [
    runId,
  ]);
  const others = await session.query<{ run_id: string }>(
    `select run_id from ${schema}.ledger where run_id <> $1 limit 1`,
    [runId],
  );
  const other = others.rows[0]?.run_id;
  if (other === undefined) {
    await session.query('commit');
    return;
  }
  await session.query('rollback');
  throw new RefusedError(`The restore ${other} is at work in this database already.`, {
    code: 'restore_in_progress',
    hint: `Wait for it, or finish it with \`holdfast resume ${other}\`.`,
  });
}

async function hasLedger(session: Session): Promise<boolean> {
  const answer = await session.query<{ there: string }>(
    `select pg_catalog.to_regclass('${schema}.ledger') is not null as there`,
  );
  return answer.rows[0]?.there === 't';
}

/** The run whose ledger the database holds, or `undefined` where there is no ledger. */
export async function findLedgerRun(session: Session): Promise<string | undefined> {
  try {
    const answer = await session.query<{ run_id: string }>(`select run_id from ${schema}.ledger limit 1`);
    return answer.rows[0]?.run_id;
  } catch (cause) {
    // 42P01 undefined_table, 3F000 no such schema: there is no ledger.
    const sqlstate = sqlstateOf(cause);
    if (sqlstate === '42P01' || sqlstate === '3F000') return undefined;
    throw cause;
  }
}

/**
 * Runs `body` in one transaction with the ledger row of `item`: both commit, or neither. Where the row is there already
 * nothing runs; where another session is at the same item this one waits for it. Answers whether `body` ran.
 * @throws RefusedError where the ledger is another run's; what `body` throws.
 */
export async function applyOnce(
  session: Session,
  entry: { runId: string; item: string },
  body: () => Promise<void>,
): Promise<boolean> {
  await session.query('begin');
  try {
    const inserted = await session.query(
      `insert into ${schema}.ledger (run_id, item)
      select $1, $2 where exists (select from ${schema}.ledger where run_id = $1 and item = 'begin')
      on conflict do nothing`,
      [entry.runId, entry.item],
    );
    if (inserted.rowCount === 0) {
      await requireOwnLedger(session, entry.runId);
      await session.query('rollback');
      return false;
    }
    await body();
    await session.query('commit');
    return true;
  } catch (cause) {
    // The session may be dead; then the server rolls back by itself.
    await session.query('rollback').catch(() => undefined);
    throw cause;
  }
}

/** A step that was given up and comes late must not write into what another run has begun since. */
async function requireOwnLedger(session: Session, runId: string): Promise<void> {
  const own = await session.query(`select from ${schema}.ledger where run_id = $1 and item = 'begin'`, [runId]);
  if (own.rowCount !== 0) return;
  throw new RefusedError(`The database is not the copy of restore ${runId}, or not any more.`, {
    code: 'ledger_lost',
    hint: 'Another restore has begun in it; this one wrote nothing.',
  });
}

/**
 * Makes all commits before it safe, so that a finished step is finished even when the server crashes. A transaction
 * waits for the disk only where it has written something itself (xact.c, RecordTransactionCommit): this one writes a row
 * of the ledger, `item`.
 */
export async function flushCommits(session: Session, entry: { runId: string; item: string }): Promise<void> {
  await session.query('begin; set local synchronous_commit = on');
  await session.query(
    `insert into ${schema}.ledger (run_id, item) values ($1, $2)
    on conflict (run_id, item) do update set committed_at = pg_catalog.now()`,
    [entry.runId, entry.item],
  );
  await session.query('commit');
}

/**
 * The statements that remove the ledger; they go into the restore's last transaction. Whatever else somebody has put into
 * the schema makes them fail.
 */
export const dropLedgerSql = `drop table if exists ${schema}.ledger; drop schema if exists ${schema}`;

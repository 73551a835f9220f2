import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import { DatabaseError } from '#lib/errors/database-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import { describeLockHolders } from './describe-lock-holders.ts';

const lockBatch = 200;

/** Every table that a backup or its pg_dump reads, as `format('%I.%I')` writes it. */
export async function listTablesToLock(session: Session, excludeSchemas: readonly string[]): Promise<string[]> {
  const member = `exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;
  const answer = await session.query<{ name: string }>(`
    select pg_catalog.format('%I.%I', n.nspname, c.relname) as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')     -- tables and partitioned tables: what pg_dump locks
      and c.relpersistence <> 't'     -- temporary tables belong to a session
      and (${userSchemasCondition('n', excludeSchemas)} and not ${member}
        or c.relkind = 'r' and exists (select from pg_catalog.pg_extension x where c.oid = any (x.extconfig)))
    order by c.oid`);
  return answer.rows.map(({ name }) => name);
}

/**
 * Takes ACCESS SHARE on every table, inside the session's open transaction, as pg_dump does.
 * @throws UnavailableError that names the table and who holds it where the wait was too long; DatabaseError with the
 *   code `table_gone` where a table was dropped after it was listed. The transaction is lost with either.
 */
export async function lockTables(
  session: Session,
  { tables, lockTimeoutMs }: { tables: readonly string[]; lockTimeoutMs: number },
): Promise<void> {
  await session.query(`set local lock_timeout = ${lockTimeoutMs}`);
  for (let start = 0; start < tables.length; start += lockBatch) {
    const batch = tables.slice(start, start + lockBatch);
    try {
      await session.query(`lock table ${batch.map((name) => `only ${name}`).join(', ')} in access share mode`);
    } catch (cause) {
      throw await explain(cause, { session, batch, lockTimeoutMs });
    }
  }
}

/** Whether `lockTables` failed because a table or its schema was dropped after it was listed. */
export function isTableGone(cause: unknown): boolean {
  return cause instanceof DatabaseError && cause.code === 'table_gone';
}

async function explain(
  cause: unknown,
  { session, batch, lockTimeoutMs }: { session: Session; batch: readonly string[]; lockTimeoutMs: number },
): Promise<Error> {
  const some = `${batch.slice(0, 3).join(', ')}${batch.length > 3 ? ', ...' : ''}`;
  const sqlstate = sqlstateOf(cause);
  if (sqlstate === '55P03') {
    await session.query('rollback');
    const holders = await describeLockHolders(session, batch);
    return new UnavailableError(`Waited ${lockTimeoutMs} ms in vain for a lock on ${holders ?? `one of ${some}`}.`, {
      code: 'lock_timeout',
      hint: 'Run again when that session is done, end it by pg_terminate_backend, or raise lockTimeout.',
      cause,
    });
  }
  // 42P01 undefined_table, 3F000 invalid_schema_name
  if (sqlstate === '42P01' || sqlstate === '3F000') {
    return new DatabaseError(cause instanceof Error ? cause.message : String(cause), {
      code: 'table_gone',
      hint: 'Tables come and go faster than they can be locked; avoid migrations during a backup.',
      cause,
    });
  }
  return classifyError(cause, `locking ${some}`);
}

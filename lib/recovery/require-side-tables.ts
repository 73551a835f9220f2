import type { Connection } from '#lib/config/config.ts';
import { DatabaseError } from '#lib/errors/database-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { RecoveryPlan } from './recovery-plan.ts';
import { findSchemaOwner } from './side-schema.ts';
import { sideTablesGone, sideTablesGoneCode } from './side-tables-gone.ts';

/**
 * Looks whether the side schema is still the run's and has all of its tables: what was proven may be gone by the run's
 * end. Reads only. @throws DatabaseError (`side_tables_gone`), a classified error.
 */
export async function requireSideTables(
  target: Connection,
  { runId, plan: { schema, tables } }: { runId: string; plan: Pick<RecoveryPlan, 'schema' | 'tables'> },
): Promise<void> {
  await withSession(target, async (session) => {
    if ((await findSchemaOwner(session, { runId, name: schema })) !== 'this run') {
      throw new DatabaseError(`The side schema ${schema} of connection ${target.name} is not the run's any more.`, {
        code: sideTablesGoneCode,
        hint: 'Somebody else has dropped or renamed it, or changed its comment. Recover the tables once more.',
      });
    }
    const names = tables.map(({ side }) => side);
    const answer = await session.query<{ name: string }>(
      `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relname = any($2)
         and c.relkind = 'r'  -- a view that took the name of a table is not the run's`,
      [schema, names],
    );
    const there = new Set(answer.rows.map(({ name }) => name));
    const gone = names.filter((name) => !there.has(name));
    if (gone.length > 0) throw sideTablesGone(schema, gone);
  });
}

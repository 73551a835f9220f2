import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import type { Session } from '#lib/postgres/session.ts';

/**
 * A short text that is the same as long as nobody makes or drops a table of people's, and another for tables of the same
 * names that were made anew: a server does not give an object's number out again so soon (manual, "Object Identifier
 * Types").
 */
export async function identifyTables(session: Session): Promise<string> {
  const answer = await session.query<{ tables: string }>(`
    select pg_catalog.count(*) || ' ' || pg_catalog.hashtextextended(coalesce(pg_catalog.string_agg(c.oid::text, ' ' order by c.oid), ''), 0)
      as tables
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${userSchemasCondition('n', [])}`);
  return answer.rows[0]?.tables ?? '';
}

import type { Session } from '#lib/postgres/session.ts';
import type { MatviewInfo } from './catalog.ts';
import { orderMatviews } from './order-matviews.ts';
import { userSchemasCondition } from './user-schemas.ts';

/** Matviews in the order in which they can be refreshed. */
export async function readMatviews(session: Session, excludeSchemas: readonly string[]): Promise<MatviewInfo[]> {
  const matviews = await session.query<{ oid: string; schema: string; name: string; populated: string }>(`
    select c.oid, n.nspname as schema, c.relname as name, c.relispopulated as populated
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'm' and ${userSchemasCondition('n', excludeSchemas)} order by 2, 3`);
  if (matviews.rows.length === 0) return [];
  // A view's rule holds what it reads; functions that a view calls are opaque, as they are to pg_dump.
  const reads = await session.query<{ reader: string; read: string }>(`
    select distinct r.ev_class as reader, d.refobjid as read
    from pg_catalog.pg_rewrite r join pg_catalog.pg_depend d
      on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
      and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class
    join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind in ('v', 'm')`);
  const edges = new Map<string, string[]>();
  for (const { reader, read } of reads.rows) edges.set(reader, [...(edges.get(reader) ?? []), read]);
  return orderMatviews(matviews.rows, edges).map(({ schema, name, populated }) => ({
    schema,
    name,
    populated: populated === 't',
  }));
}

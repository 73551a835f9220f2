import { z } from 'zod';
import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import type { CriticalQuery } from '#lib/config/config-schema.ts';
import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

const mostQueries = 60;
/** Tables above this many bytes get no derived query: the digest proves them, and a join over them would cost minutes. */
const largestTable = 256 * 1024 * 1024;

const derivedRow = z.object({
  kind: z.enum(['foreign key', 'jsonb', 'enum']),
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  otherSchema: z.string(),
  otherTable: z.string(),
  otherColumns: z.array(z.string()),
});

/**
 * Questions taken from the catalogue where a person gave none: each foreign key as a join count, each jsonb column's
 * kinds of value, each enum column's distribution.
 */
export async function deriveQueries(session: Session, excludeSchemas: readonly string[]): Promise<CriticalQuery[]> {
  const mine = userSchemasCondition('n', excludeSchemas);
  // A partitioned table itself has no size: its partitions have.
  const small = `case c.relkind when 'p'
      then (select coalesce(sum(pg_catalog.pg_table_size(p.relid)), 0) from pg_catalog.pg_partition_tree(c.oid) p)
      else pg_catalog.pg_table_size(c.oid) end <= ${largestTable}`;
  // The rows of such tables are the extension's affair: a copy does not have them, and a role need not see them.
  const notMember = (alias: string): string => `not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = ${alias}.oid and d.deptype = 'e')`;
  const answer = await session.query<{ row: string }>(`
    select pg_catalog.json_build_object('kind', 'foreign key', 'schema', n.nspname, 'table', c.relname, 'name', k.conname,
      'columns', (select pg_catalog.json_agg(a.attname order by u.i) from unnest(k.conkey) with ordinality u(att, i)
        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.att),
      'otherSchema', fn.nspname, 'otherTable', f.relname,
      'otherColumns', (select pg_catalog.json_agg(a.attname order by u.i) from unnest(k.confkey) with ordinality u(att, i)
        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.att))::text as row
    from pg_catalog.pg_constraint k
      join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_class f on f.oid = k.confrelid join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and ${mine} and ${notMember('c')} and ${notMember('f')} and ${small}
    union all
    select pg_catalog.json_build_object('kind', case when t.typtype = 'e' then 'enum' else 'jsonb' end,
      'schema', n.nspname, 'table', c.relname, 'name', a.attname, 'columns', pg_catalog.json_build_array(a.attname),
      'otherSchema', '', 'otherTable', '', 'otherColumns', '[]'::json)::text
    from pg_catalog.pg_attribute a
      join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'p')  -- a view or matview repeats its tables
      and not c.relispartition     -- the parent asks for all its partitions
      and a.attnum > 0 and not a.attisdropped
      and (t.typtype = 'e' or t.oid = 'pg_catalog.jsonb'::regtype) and ${mine} and ${notMember('c')}
      and ${small}
    order by 1
    limit ${mostQueries}`);
  return answer.rows.map(({ row }) => toQuery(derivedRow.parse(JSON.parse(row))));
}

function toQuery(row: z.infer<typeof derivedRow>): CriticalQuery {
  const table = quoteQualified({ schema: row.schema, name: row.table });
  const label = `${row.schema}.${row.table}`;
  if (row.kind === 'foreign key') {
    const other = quoteQualified({ schema: row.otherSchema, name: row.otherTable });
    const on = row.columns.map((column, i) => `a.${quoteIdent(column)} = b.${quoteIdent(row.otherColumns[i] ?? '')}`);
    return {
      name: `${label} joined to ${row.otherSchema}.${row.otherTable} by ${row.name}`,
      sql: `select count(*) from ${table} a join ${other} b on ${on.join(' and ')}`,
    };
  }
  const column = quoteIdent(row.name);
  const value = row.kind === 'enum' ? `${column}::text` : `pg_catalog.jsonb_typeof(${column})`;
  return {
    name: `${label}.${row.name} by ${row.kind === 'enum' ? 'value' : 'kind of json'}`,
    sql: `select ${value}, count(*) from ${table} group by 1 order by ${value} collate "C" nulls last`,
  };
}

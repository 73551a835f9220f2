import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { RowSource, RowSourceKind } from './catalog.ts';
import { userSchemasCondition } from './user-schemas.ts';

const select = `
  select n.nspname as schema, c.relname as name, coalesce(am.amname, '') = 'heap' as heap,
    pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int as pages,
    pg_catalog.pg_table_size(c.oid) as bytes, to_json(array(
      select a.attname from pg_catalog.pg_attribute a
      where a.attrelid = c.oid
        and a.attnum > 0            -- system columns are not data
        and not a.attisdropped
        and a.attgenerated = ''     -- the target computes generated columns again
      order by a.attnum))::text as columns`;

/**
 * Partitioned tables at the top of a tree that is somewhere partitioned by the hash of an enum: an enum hashes by its
 * OIDs, which are others in the copy, so a row belongs to another partition there (pg_dump, `forcePartitionRootLoad`).
 */
const movingRoots = `
  select distinct pg_catalog.pg_partition_root(p.partrelid) as oid
  from pg_catalog.pg_partitioned_table p
    join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = any (p.partattrs)
    join pg_catalog.pg_type t on t.oid = a.atttypid
  where p.partstrat = 'h' and t.typtype = 'e'`;

/** Tables of people that hold rows of their own, and configuration tables of extensions; largest first. */
export async function readRowSources(
  session: Session,
  options: { major: number; excludeSchemas: readonly string[] },
): Promise<RowSource[]> {
  const answer = await session.query<Record<string, string>>(`
    with moving as (${movingRoots})
    ${select}, '' as condition, 'table' as kind
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_am am on am.oid = c.relam
    where c.relkind = 'r'           -- ordinary tables and leaf partitions; parents ('p') and foreign tables hold no rows
      and c.relpersistence <> 't'   -- temporary tables belong to a session
      and ${userSchemasCondition('n', options.excludeSchemas)}
      and not exists (              -- members of an extension come with the extension
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      and not (c.relispartition and pg_catalog.pg_partition_root(c.oid) in (select oid from moving))
    union all
    ${select}, '', 'partitioned'
    from moving join pg_catalog.pg_class c on c.oid = moving.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_am am on am.oid = c.relam
    where ${userSchemasCondition('n', options.excludeSchemas)}
    union all
    ${select}, e.condition, 'extension-config'
    from (select x.extname, unnest(x.extconfig) as oid, unnest(x.extcondition) as condition
          from pg_catalog.pg_extension x) e
      join pg_catalog.pg_class c on c.oid = e.oid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      left join pg_catalog.pg_am am on am.oid = c.relam
    where c.relkind = 'r'           -- a configuration may be a sequence too; those are read with the sequences
    order by bytes desc, schema, name`);
  return answer.rows.map((row) => toRowSource(row, options.major));
}

const kinds: readonly RowSourceKind[] = ['table', 'partitioned', 'extension-config'];

function toRowSource(row: Record<string, string>, major: number): RowSource {
  const condition = row['condition'] ?? '';
  const kind = kinds.find((name) => name === row['kind']) ?? 'table';
  return {
    kind,
    schema: row['schema'] ?? '',
    name: row['name'] ?? '',
    columns: parseColumns(row['columns'] ?? '[]'),
    condition,
    pages: Number(row['pages']),
    bytes: Number(row['bytes']),
    // TID range scans came with PostgreSQL 14; before, a ctid range reads the whole table.
    ranged: major >= 14 && kind === 'table' && row['heap'] === 't',
  };
}

function parseColumns(json: string): string[] {
  const columns: unknown = JSON.parse(json);
  return Array.isArray(columns) ? columns.map(String) : [];
}

/** How a source is named to people: `public.players`, or `large objects`. */
export function describeRowSource(source: Pick<RowSource, 'kind' | 'schema' | 'name'>): string {
  return source.kind === 'large-objects'
    ? 'large objects'
    : `table ${quoteBare(source.schema)}.${quoteBare(source.name)}`;
}

function quoteBare(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdent(name);
}

import type { Session } from '#lib/postgres/session.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';

/** A column as the database has it. */
export interface RelationColumn {
  name: string;
  /** As `format_type` prints it. */
  type: string;
  /** With its schema; `null` where the type has none. */
  collation: string | null;
  generated: boolean;
  identityAlways: boolean;
}

/** A column of a primary key with the operator that its index takes for equality. */
export interface RelationKeyColumn {
  name: string;
  operator: { schema: string; symbol: string };
}

/** What has to be known of a table to compare its rows. */
export interface Relation extends QualifiedName {
  partitioned: boolean;
  /** Other tables inherit from it: their rows are not its own. */
  inherited: boolean;
  columns: RelationColumn[];
  /** `null` where there is no primary key on a B-tree. */
  key: RelationKeyColumn[] | null;
  /** Why its rows cannot be read, where that is so. */
  unreadable: string | null;
}

/** The table of this name, or `undefined` where there is none: a view of the name is none. Reads the catalogue only. */
export async function readRelation(session: Session, name: QualifiedName): Promise<Relation | undefined> {
  const answer = await session.query<Record<string, string>>(
    `select c.oid, c.relkind = 'p' as partitioned, c.relkind = 'r' and c.relhassubclass as inherited,
       pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select') as allowed,
       pg_catalog.row_security_active(c.oid) as secured,
       exists (select from pg_catalog.pg_partition_tree(c.oid) t join pg_catalog.pg_class p on p.oid = t.relid
         where p.relkind = 'f') as "foreign"
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2
       and c.relkind in ('r', 'p')  -- not views, sequences, indexes, foreign tables
       and c.relpersistence <> 't'  -- not those of a session`,
    [name.schema, name.name],
  );
  const row = answer.rows[0];
  const oid = row?.['oid'];
  if (row === undefined || oid === undefined) return undefined;
  return {
    schema: name.schema,
    name: name.name,
    partitioned: row['partitioned'] === 't',
    inherited: row['inherited'] === 't',
    columns: await readColumns(session, oid),
    key: await readKey(session, oid),
    unreadable: whyUnreadable(row),
  };
}

function whyUnreadable(row: Record<string, string>): string | null {
  if (row['allowed'] !== 't') return 'the role of the connection may not read it';
  if (row['secured'] === 't') return 'row security would hide rows of it from the role of the connection';
  if (row['foreign'] === 't') return 'a partition of it is a foreign table, which would be read from another server';
  return null;
}

async function readColumns(session: Session, oid: string): Promise<RelationColumn[]> {
  const answer = await session.query<Record<string, string | null>>(
    `select a.attname as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
       case when a.attcollation <> 0 then (select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname)
         from pg_catalog.pg_collation l join pg_catalog.pg_namespace n on n.oid = l.collnamespace
         where l.oid = a.attcollation) end as collation,
       a.attgenerated <> '' as generated, a.attidentity = 'a' as identity_always
     from pg_catalog.pg_attribute a
     where a.attrelid = $1
       and a.attnum > 0  -- system columns are not data
       and not a.attisdropped
     order by a.attnum`,
    [oid],
  );
  return answer.rows.map((row) => ({
    name: row['name'] ?? '',
    type: row['type'] ?? '',
    collation: row['collation'] ?? null,
    generated: row['generated'] === 't',
    identityAlways: row['identity_always'] === 't',
  }));
}

/** Strategy 3 of a B-tree is equality (manual, "Index Method Strategies"); the operator may be of any schema. */
async function readKey(session: Session, oid: string): Promise<RelationKeyColumn[] | null> {
  const answer = await session.query<{ name: string; schema: string; symbol: string }>(
    `select a.attname as name, n.nspname as schema, o.oprname as symbol
     from pg_catalog.pg_index i
       join pg_catalog.pg_class x on x.oid = i.indexrelid
       join pg_catalog.pg_am m on m.oid = x.relam and m.amname = 'btree'
       cross join lateral pg_catalog.generate_series(0, i.indnkeyatts - 1) k(n)
       join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[k.n]
       join pg_catalog.pg_opclass c on c.oid = i.indclass[k.n]
       join pg_catalog.pg_amop p on p.amopfamily = c.opcfamily and p.amopstrategy = 3
         and p.amoplefttype = c.opcintype and p.amoprighttype = c.opcintype
       join pg_catalog.pg_operator o on o.oid = p.amopopr
       join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
     where i.indrelid = $1 and i.indisprimary order by k.n`,
    [oid],
  );
  if (answer.rows.length === 0) return null;
  return answer.rows.map(({ name, schema, symbol }) => ({ name, operator: { schema, symbol } }));
}

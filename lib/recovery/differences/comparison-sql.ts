import { quoteIdent, quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import type { ComparedKey } from './plan-comparison.ts';
import type { Relation, RelationKeyColumn } from './read-relation.ts';

/** The two tables, what makes rows of them belong together, and what of those is compared. */
export interface ComparedTables {
  side: Relation;
  live: Relation;
  key: readonly ComparedKey[];
  columns: readonly string[];
}

/** Keys are at most some 2,700 bytes in a B-tree; a report wants to be read. */
const longestExample = 200;
const binary = 'collate pg_catalog."C"';

/** The table itself in a FROM clause: its own rows, and those of its partitions. */
export function fromTable(table: Relation): string {
  return `${table.inherited ? 'only ' : ''}${quoteQualified(table)}`;
}

/** The operator as an expression takes it. */
export function operatorSql({ operator }: RelationKeyColumn): string {
  return operator.schema === 'pg_catalog'
    ? operator.symbol
    : `operator(${quoteIdent(operator.schema)}.${operator.symbol})`;
}

/**
 * Counts of both tables, of the rows whose key both have, and of those of them that differ. Each row is cut down to its
 * key and a 64-bit hash before the join, so that what the server keeps aside is small whatever the rows are.
 */
export function countSql(tables: ComparedTables): string {
  return `select (select pg_catalog.count(*) from ${fromTable(tables.side)}) as backup,
      (select pg_catalog.count(*) from ${fromTable(tables.live)}) as live,
      pg_catalog.count(*) as both, pg_catalog.count(*) filter (where b.h <> l.h) as different
    from ${hashedRows(tables, 'side')} b join ${hashedRows(tables, 'live')} l on ${joinHashed(tables, 'b', 'l')}`;
}

/** Keys of the first rows that only one of the tables has, in the key's order. */
export function missingSql(tables: ComparedTables, options: { only: 'side' | 'live'; limit: number }): string {
  const { only, limit } = options;
  const other = only === 'side' ? 'live' : 'side';
  return `select ${keyText(tables, 't')} as key from ${fromTable(tables[only])} t
    where not exists (select from ${fromTable(tables[other])} o where ${joinRows(tables, 't', 'o')})
    order by ${keyColumns(tables, 't')} limit ${limit}`;
}

/**
 * Keys of the first rows that differ, with the positions in `columns` of what differs. Each side hashes its columns by
 * itself: both rows together may have more columns than a query can (1,664). (`unnest` takes several arrays under its
 * bare name only.)
 */
export function differentSql(tables: ComparedTables, limit: number): string {
  const keys = tables.key.map((_, index) => `b.k${index}`).join(', ');
  const columns = tables.columns.map((name) => hashSql([name]));
  const found = (which: 'side' | 'live', alias: string): string => `cross join lateral (
        select array[${columns.join(', ')}] as h, ${keyText(tables, 't')} as key from ${fromTable(tables[which])} t
        where t.ctid = d.${alias}_row and t.tableoid = d.${alias}_table offset 0) ${alias}`;
  return `select b.key, (select pg_catalog.json_agg(c.n - 1 order by c.n)
        from unnest(b.h, l.h) with ordinality c(b, l, n) where c.b <> c.l)::pg_catalog.text as columns
    from (select f.*, pg_catalog.row_number() over () as place
        from (select b.row as b_row, b.of as b_table, l.row as l_row, l.of as l_table
          from ${hashedRows(tables, 'side')} b join ${hashedRows(tables, 'live')} l on ${joinHashed(tables, 'b', 'l')}
          where b.h <> l.h order by ${keys} limit ${limit}) f) d
      ${found('side', 'b')}
      ${found('live', 'l')}
    order by d.place`;
}

/** OFFSET 0 keeps the planner from drawing the hash out of the subquery, and whole rows into the join with it. */
function hashedRows(tables: ComparedTables, which: 'side' | 'live'): string {
  const keys = tables.key.map((column, index) => `${keySql(column, 't')} as k${index}`);
  return `(select ${keys.join(', ')}, ${hashSql(tables.columns)} as h, t.ctid as row, t.tableoid as of
        from ${fromTable(tables[which])} t offset 0)`;
}

/** A row's text is unambiguous: quotes, nulls and nested rows are told apart (manual, "Composite Type Input and Output Syntax"). */
function hashSql(columns: readonly string[]): string {
  const row = `row(${columns.map((name) => `t.${quoteIdent(name)}`).join(', ')})::pg_catalog.text`;
  return `pg_catalog.hashtextextended(${row} ${binary}, 0)`;
}

function keySql({ name, asText }: ComparedKey, alias: string): string {
  const column = `${alias}.${quoteIdent(name)}`;
  return asText ? `pg_catalog.format('%s', ${column}) ${binary}` : column;
}

function sameSql(column: ComparedKey): string {
  return column.asText ? '=' : `operator(${quoteIdent(column.operator.schema)}.${column.operator.symbol})`;
}

function joinHashed({ key }: ComparedTables, one: string, other: string): string {
  return key.map((column, index) => `${one}.k${index} ${sameSql(column)} ${other}.k${index}`).join(' and ');
}

function joinRows({ key }: ComparedTables, one: string, other: string): string {
  return key.map((column) => `${keySql(column, one)} ${sameSql(column)} ${keySql(column, other)}`).join(' and ');
}

function keyColumns({ key }: ComparedTables, alias: string): string {
  return key.map(({ name }) => `${alias}.${quoteIdent(name)}`).join(', ');
}

function keyText({ key }: ComparedTables, alias: string): string {
  const values = key.map(({ name }) => {
    const text = `pg_catalog.format('%s', ${alias}.${quoteIdent(name)})`;
    const cut = `pg_catalog.left(${text}, ${longestExample}) || ${quoteLiteral('...')}`;
    return `case when pg_catalog.length(${text}) > ${longestExample} then ${cut} else ${text} end`;
  });
  return `pg_catalog.to_json(array[${values.join(', ')}]::pg_catalog.text[])::pg_catalog.text`;
}

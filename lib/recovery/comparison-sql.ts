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

/** Keys of the first rows that differ, with the positions in `columns` of what differs. */
export function differentSql(tables: ComparedTables, limit: number): string {
  const keys = tables.key.map((_, index) => `d.k${index}`);
  const differing = tables.columns.map((name, index) => {
    const column = quoteIdent(name);
    return `case when row(b.${column})::pg_catalog.text ${binary} <> row(l.${column})::pg_catalog.text ${binary} then ${index} end`;
  });
  const again = (alias: string): string =>
    tables.key.map((column, index) => `d.k${index} ${sameSql(column)} ${keySql(column, alias)}`).join(' and ');
  return `select ${keyText(tables, 'b')} as key,
      pg_catalog.to_json(pg_catalog.array_remove(array[${differing.join(', ')}]::int[], null))::text as columns
    from (select ${tables.key.map((_, index) => `b.k${index}`).join(', ')}
        from ${hashedRows(tables, 'side')} b join ${hashedRows(tables, 'live')} l on ${joinHashed(tables, 'b', 'l')}
        where b.h <> l.h order by ${tables.key.map((_, index) => `b.k${index}`).join(', ')} limit ${limit}) d
      join ${fromTable(tables.side)} b on ${again('b')}
      join ${fromTable(tables.live)} l on ${again('l')}
    order by ${keys.join(', ')}`;
}

/** OFFSET 0 keeps the planner from drawing the hash out of the subquery, and whole rows into the join with it. */
function hashedRows(tables: ComparedTables, which: 'side' | 'live'): string {
  const keys = tables.key.map((column, index) => `${keySql(column, 't')} as k${index}`);
  const row = `row(${tables.columns.map((name) => `t.${quoteIdent(name)}`).join(', ')})::pg_catalog.text ${binary}`;
  return `(select ${keys.join(', ')}, pg_catalog.hashtextextended(${row}, 0) as h from ${fromTable(tables[which])} t offset 0)`;
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

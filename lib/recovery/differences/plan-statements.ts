import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';
import { fromTable, operatorSql } from './comparison-sql.ts';
import type { ComparedKey, Comparison } from './plan-comparison.ts';
import type { Relation } from './read-relation.ts';

/** Statements that a person may run; Holdfast runs none of them. */
export interface RecoveryStatements {
  /** Brings back the rows that only the backup has. */
  insert: string | null;
  /** Sets the rows that differ to what they were: also undoes every change that was meant. */
  update: string | null;
}

/**
 * The statements that bring rows back from a side table. Columns that the database generates are left out, and identity
 * columns keep the backup's values. Pure.
 */
export function planStatements(
  comparison: Comparison,
  { table, side, live }: { table: QualifiedName; side: Relation; live: Relation | undefined },
): RecoveryStatements {
  if (live === undefined) return { insert: planInsertAll(comparison.columns, { table, side }), update: null };
  if (comparison.how !== 'by key') return { insert: null, update: null };
  return {
    insert: planInsert(comparison, { side, live }),
    update: planUpdate(comparison, { side, live }),
  };
}

type ByKey = Extract<Comparison, { how: 'by key' }>;

function planInsert({ key, columns }: ByKey, { side, live }: { side: Relation; live: Relation }): string {
  const generated = new Set(live.columns.filter((column) => column.generated).map(({ name }) => name));
  const taken = columns.filter((name) => !generated.has(name));
  const overriding = live.columns.some((column) => column.identityAlways && taken.includes(column.name));
  return [
    `insert into ${quoteQualified(live)} (${taken.map(quoteIdent).join(', ')})${overriding ? ' overriding system value' : ''}`,
    `select ${listColumns(taken)} from ${quoteQualified(side)} b`,
    `where not exists (select from ${fromTable(live)} l where ${joinSql(key)});`,
  ].join('\n');
}

/** The table has to be made again first, with whatever identity columns it had. */
function planInsertAll(columns: readonly string[], { table, side }: { table: QualifiedName; side: Relation }): string {
  const names = columns.map(quoteIdent).join(', ');
  return [
    `insert into ${quoteQualified(table)} (${names}) overriding system value`,
    `select ${names} from ${quoteQualified(side)};`,
  ].join('\n');
}

function planUpdate({ key, columns }: ByKey, { side, live }: { side: Relation; live: Relation }): string | null {
  const fixed = new Set([
    ...key.map(({ name }) => name),
    ...live.columns.filter((column) => column.generated || column.identityAlways).map(({ name }) => name),
  ]);
  const set = columns.filter((name) => !fixed.has(name));
  if (set.length === 0) return null;
  const row = (alias: string): string => `row(${set.map((name) => `${alias}.${quoteIdent(name)}`).join(', ')})::text`;
  return [
    `update ${fromTable(live)} l set ${set.map((name) => `${quoteIdent(name)} = b.${quoteIdent(name)}`).join(', ')}`,
    `from ${quoteQualified(side)} b`,
    `where ${joinSql(key)} and ${row('l')} <> ${row('b')};`,
  ].join('\n');
}

function listColumns(columns: readonly string[]): string {
  return columns.map((name) => `b.${quoteIdent(name)}`).join(', ');
}

function joinSql(key: readonly ComparedKey[]): string {
  return key
    .map((column) => {
      const name = quoteIdent(column.name);
      return column.asText ? `l.${name}::text = b.${name}::text` : `l.${name} ${operatorSql(column)} b.${name}`;
    })
    .join(' and ');
}

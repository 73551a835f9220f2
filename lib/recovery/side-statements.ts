import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteIdent, quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import { addKeySql, type TableKey } from '#lib/recovery/definition/table-keys.ts';
import type { RecoveryPlan, SideTable } from './recovery-plan.ts';

type Statement = RecoveryPlan['create'][number];

/** A side table and the keys that it gets. */
export interface KeyedTable {
  table: SideTable;
  keys: TableKey[];
}

/** Makes a side table: columns with types and collations, and a comment that says where it comes from. Pure. */
export function planCreateStatement(
  table: SideTable,
  { manifest, schema, unlogged }: { manifest: Manifest; schema: string; unlogged: boolean },
): Statement {
  const target = quoteQualified({ schema, name: table.side });
  const columns = table.columns.map(
    ({ name, type, collation }) => `${quoteIdent(name)} ${type}${collation === null ? '' : ` collate ${collation}`}`,
  );
  const about = `${describeTable(table)} at ${manifest.snapshot.takenAt} (backup ${manifest.id})`;
  return {
    item: `create/${table.side}`,
    object: `table ${describeTable(table)}`,
    sql: `create ${unlogged ? 'unlogged ' : ''}table ${target} (${columns.join(', ')});
comment on table ${target} is ${quoteLiteral(about)}`,
  };
}

/** The keys of a side table, and its statistics: what is made after the rows. Pure. */
export function planKeyStatements({ table, keys }: KeyedTable, schema: string): Statement[] {
  const target = { schema, name: table.side };
  const object = `table ${describeTable(table)}`;
  return [
    ...keys.map((key, index) => ({
      item: `key/${table.side}/${index}`,
      object: `${object}, ${key.name}`,
      sql: addKeySql(target, key),
    })),
    { item: `analyze/${table.side}`, object, sql: `analyze ${quoteQualified(target)}` },
  ];
}

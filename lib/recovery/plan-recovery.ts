import type { LeftOut } from '#lib/catalog/catalog.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { type ChosenTable, chooseTables, describeTable } from '#lib/recovery/choice/choose-tables.ts';
import { findColumns } from '#lib/recovery/definition/find-columns.ts';
import { ancestorsOf, findPartitions, tableKey } from '#lib/recovery/definition/find-partitions.ts';
import { findKeys } from '#lib/recovery/definition/table-keys.ts';
import { planRows } from '#lib/restore/plan-rows.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import type { RecoveryPlan } from './recovery-plan.ts';
import { type KeyedTable, planCreateStatement, planKeyStatements } from './side-statements.ts';
import { manifestToLoad } from './side-tables.ts';

/** NAMEDATALEN - 1: the server cuts longer names (manual, "Identifiers and Key Words"). */
const longestNameBytes = 63;

/**
 * Plans a recovery: which tables, what they are called in the side schema, and the statements that make them. A side
 * table has the columns whose rows the backup holds, with types and collations, the primary key and the unique
 * constraints. It has nothing that would reach into the live schema or refuse a row: no defaults, identity, generated
 * columns, checks, foreign keys, triggers, policies, privileges. Pure.
 * @throws UsageError (patterns, names), RefusedError (a table that cannot be recovered by itself).
 */
export function planRecovery(
  backup: { manifest: Manifest; entries: readonly SchemaEntry[] },
  options: { patterns: readonly string[]; schema: string; lanes: number; unlogged: boolean },
): RecoveryPlan {
  const { manifest, entries } = backup;
  const { schema, unlogged } = options;
  const chosen = chooseTables(backup, options.patterns);
  const names = nameSideTables(chosen.tables);
  const planned = chosen.tables.map((table, index) => planTable({ table, side: names[index] ?? table.name }, backup));
  const tables = planned.map(({ table }) => table);
  const aim = { manifest, schema, unlogged };
  return {
    backup: manifest.id,
    schema,
    unlogged,
    tables,
    create: tables.map((table) => planCreateStatement(table, aim)),
    rows: planRows(manifestToLoad(manifest, { schema, tables }).tables, options.lanes),
    keys: planned.flatMap((one) => planKeyStatements(one, schema)),
    leftOut: [
      ...chosen.leftOut,
      ...planned.flatMap(({ leftOut }) => leftOut),
      ...foreignPartitions(entries, chosen.tables),
    ],
  };
}

interface PlannedTable extends KeyedTable {
  leftOut: LeftOut[];
}

function planTable(
  { table, side }: { table: ChosenTable; side: string },
  { manifest, entries }: { manifest: Manifest; entries: readonly SchemaEntry[] },
): PlannedTable {
  const object = `table ${describeTable(table)}`;
  const found = findColumns(entries, table);
  if (found.columns === null) throw notRecoverable(object, found.reason);
  const sources = table.sources.flatMap((index) => {
    const source = manifest.tables[index];
    return source ? [{ index, columns: source.columns, rows: BigInt(source.rows) }] : [];
  });
  // A partitioned table without a partition holds no row, and its generated columns are not known: all are taken.
  const [first] = sources;
  const held = new Set(first?.columns ?? found.columns.map(({ name }) => name));
  const columns = found.columns.filter(({ name }) => held.has(name));
  const order = columns.map(({ name }) => name);
  for (const source of sources) {
    const same = source.columns.length === order.length && source.columns.every((name) => order.includes(name));
    if (!same) throw notRecoverable(object, 'the columns of its rows are not those of its definition');
  }
  const all = findKeys(entries, table);
  const keys = all.filter((key) => key.columns.every((name) => held.has(name)));
  const primary = all.find((key) => key.primary);
  const whyNoKey = (): string => {
    if (primary === undefined) return 'it has no primary key in the backup';
    if (!keys.includes(primary)) return 'its primary key has a generated column, which a backup does not hold';
    return 'its primary key is one of ranges that do not overlap';
  };
  const key = primary && keys.includes(primary) ? primary.keyColumns : null;
  return {
    table: {
      ...{ schema: table.schema, name: table.name, side, columns, key, noKey: key === null ? whyNoKey() : null },
      rows: String(sources.reduce((sum, { rows }) => sum + rows, 0n)),
      sources: sources.map(({ index, columns: its }) => ({
        table: index,
        reordered: its.join('\0') !== order.join('\0'),
      })),
    },
    keys,
    leftOut: all
      .filter((one) => !keys.includes(one))
      .map(({ name }) => ({ object: `constraint ${name} of ${object}`, reason: 'it is on a generated column' })),
  };
}

/** A table keeps its name; of several with one name each takes its schema into it. */
function nameSideTables(tables: readonly ChosenTable[]): string[] {
  const counts = Map.groupBy(tables, ({ name }) => name);
  const names = tables.map(({ schema, name }) => (counts.get(name)?.length === 1 ? name : `${schema}.${name}`));
  for (const [index, name] of names.entries()) {
    const table = tables[index];
    const taken = names.indexOf(name) !== index;
    if (!table || (!taken && Buffer.byteLength(name) <= longestNameBytes)) continue;
    throw new UsageError(
      `Several of the tables are called ${table.name}, and ${taken ? 'another one has the name' : 'there is no room for the name'} ${name}.`,
      { code: 'same_names', hint: `Recover ${describeTable(table)} by a run of its own, into another side schema.` },
    );
  }
  return names;
}

/** A backup says once that it holds no rows of a foreign table; here a table is not whole without them. */
function foreignPartitions(entries: readonly SchemaEntry[], tables: readonly ChosenTable[]): LeftOut[] {
  const parents = findPartitions(entries);
  const chosen = new Set(tables.map(tableKey));
  return entries.flatMap(({ type, schema, name }) => {
    if (type !== 'FOREIGN TABLE') return [];
    const partition = { schema: schema ?? '', name };
    const root = ancestorsOf(partition, parents).find((one) => chosen.has(tableKey(one)));
    if (root === undefined) return [];
    const object = `partition ${describeTable(partition)} of ${describeTable(root)}`;
    return [{ object, reason: 'it is a foreign table: its rows live in another server' }];
  });
}

function notRecoverable(object: string, reason: string): RefusedError {
  return new RefusedError(`${object} cannot be recovered by itself: ${reason}.`, {
    code: 'table_not_recoverable',
    hint: 'Restore the whole backup into a database of its own: `holdfast restore BACKUP --to NAME`.',
  });
}

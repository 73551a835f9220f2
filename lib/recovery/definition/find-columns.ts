import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import {
  type ColumnDefinition,
  parseCompositeType,
  parseTableDefinition,
  type QualifiedName,
} from './table-definition.ts';

/** The columns of a table, its parents' first; or why they cannot be told. */
export type FoundColumns = { columns: ColumnDefinition[]; reason: null } | { columns: null; reason: string };

/**
 * The columns of a table of the backup, from its definition, those of its parents (CREATE TABLE, "INHERITS") or of its
 * composite type ("OF"). Pure.
 */
export function findColumns(entries: readonly SchemaEntry[], table: QualifiedName): FoundColumns {
  const entry = findEntry(entries, 'TABLE', table);
  if (entry === undefined) return unknown('the backup does not hold its definition');
  const definition = parseTableDefinition(entry.definition);
  if (definition === undefined) return unknown('its definition in the backup is not one that can be taken apart');
  if (definition.of !== null) return ofType(entries, definition.of);
  const columns = new Map<string, ColumnDefinition>();
  for (const parent of definition.inherits) {
    const inherited = findColumns(entries, parent);
    if (inherited.columns === null)
      return unknown(`of its parent ${parent.schema}.${parent.name}: ${inherited.reason}`);
    // A column of the same name in two parents is one, of one type.
    for (const column of inherited.columns) columns.set(column.name, columns.get(column.name) ?? column);
  }
  for (const column of definition.columns) columns.set(column.name, columns.get(column.name) ?? column);
  return { columns: [...columns.values()], reason: null };
}

function ofType(entries: readonly SchemaEntry[], type: QualifiedName): FoundColumns {
  const entry = findEntry(entries, 'TYPE', type);
  const columns = entry && parseCompositeType(entry.definition);
  return columns
    ? { columns, reason: null }
    : unknown(`it is made of the type ${type.schema}.${type.name}, whose definition the backup does not hold`);
}

function findEntry(
  entries: readonly SchemaEntry[],
  type: SchemaEntry['type'],
  { schema, name }: QualifiedName,
): SchemaEntry | undefined {
  return entries.find((entry) => entry.type === type && entry.schema === schema && entry.name === name);
}

function unknown(reason: string): FoundColumns {
  return { columns: null, reason };
}

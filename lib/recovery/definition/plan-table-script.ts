import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import { renderEntry } from '#lib/schema/render-entry.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { ancestorsOf, findPartitions, tableKey } from './find-partitions.ts';
import type { QualifiedName } from './table-definition.ts';

/** What makes a table that is gone again, as the backup has it: before its rows come, and after. */
export interface TableScript {
  create: string;
  complete: string;
}

const beforeRows: ReadonlySet<string> = new Set(['TABLE', 'TABLE ATTACH', 'SEQUENCE', 'SEQUENCE OWNED BY', 'DEFAULT']);
/** What goes with a table, and the foreign keys of others that went with it. Views and functions do not belong to it. */
const afterRows: ReadonlySet<string> = new Set([
  ...['CONSTRAINT', 'CHECK CONSTRAINT', 'INDEX', 'INDEX ATTACH', 'STATISTICS', 'FK CONSTRAINT', 'TRIGGER', 'RULE'],
  ...['ROW SECURITY', 'POLICY', 'PUBLICATION TABLE', 'COMMENT', 'SECURITY LABEL', 'ACL'],
]);

/**
 * The statements by which a person makes a dropped table again: columns, defaults, its own sequences and partitions;
 * then keys, indexes, foreign keys, triggers, policies, comments, privileges, and where its sequences stood. They are
 * pg_dump's, in the backup's order. Pure.
 */
export function planTableScript(
  { manifest, entries }: { manifest: Manifest; entries: readonly SchemaEntry[] },
  table: QualifiedName,
): TableScript {
  const chosen = chooseEntries(entries, table);
  const render = (types: ReadonlySet<string>): string[] =>
    chosen
      .filter(({ type }) => types.has(type))
      .map((entry) => renderEntry(entry, { owners: true, tablespaces: false }));
  const sequences = new Set(chosen.filter(({ type }) => type === 'SEQUENCE').map(keyOf));
  const positions = manifest.sequences
    .filter((sequence) => sequences.has(tableKey(sequence)))
    .map(({ lastValue, isCalled, ...sequence }) => {
      const name = `${quoteLiteral(quoteQualified(sequence))}::pg_catalog.regclass`;
      return `select pg_catalog.setval(${name}, ${lastValue}, ${isCalled});`;
    });
  const join = (statements: readonly string[]): string => statements.filter((text) => text !== '').join('\n');
  return { create: join(render(beforeRows)), complete: join([...render(afterRows), ...positions]) };
}

function chooseEntries(entries: readonly SchemaEntry[], table: QualifiedName): SchemaEntry[] {
  const parents = findPartitions(entries);
  const root = tableKey(table);
  const belongs = (entry: SchemaEntry): boolean => {
    const name = { schema: entry.schema ?? '', name: entry.name };
    return tableKey(name) === root || ancestorsOf(name, parents).some((one) => tableKey(one) === root);
  };
  const tables = new Set(entries.filter((entry) => entry.type === 'TABLE' && belongs(entry)).map(({ id }) => id));
  // A sequence of a serial column comes before its table, and only its OWNED BY tells whose it is.
  const owned = entries.filter((one) => one.type === 'SEQUENCE OWNED BY' && one.dependsOn.some((id) => tables.has(id)));
  const chosen = new Set([...tables, ...owned.flatMap(({ dependsOn }) => dependsOn)]);
  return entries.filter((entry) => {
    const known = beforeRows.has(entry.type) || afterRows.has(entry.type);
    // A table that inherits from this one is another one.
    const depends = entry.type !== 'TABLE' && entry.dependsOn.some((id) => chosen.has(id));
    if (!known || !(chosen.has(entry.id) || depends)) return false;
    chosen.add(entry.id);
    return true;
  });
}

function keyOf({ schema, name }: SchemaEntry): string {
  return tableKey({ schema: schema ?? '', name });
}

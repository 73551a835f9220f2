import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import { findNearestNames } from '#lib/recovery/choice/nearest-names.ts';
import { matchTables, parseTablePatterns } from '#lib/recovery/choice/table-pattern.ts';
import { ancestorsOf, findPartitions, tableKey } from '#lib/recovery/definition/find-partitions.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

/** A table as a person sees it: a partitioned one has its partitions for sources. */
export interface ExportedTable extends QualifiedName {
  sources: ManifestTable[];
}

/**
 * The tables that patterns name, or all of them without one, partitions together under the table at their top. A
 * pattern can name a partition too. Large objects are no table. Pure.
 * @throws UsageError where a pattern does not parse or matches nothing, with the nearest names.
 */
export function chooseExported(
  { manifest, entries }: { manifest: Manifest; entries: readonly SchemaEntry[] },
  patterns: readonly string[],
): ExportedTable[] {
  const all = listTables(manifest, entries);
  const top = all.filter(({ above }) => above.length === 0);
  if (patterns.length === 0) return top.map(toExported);
  const found = new Set(
    parseTablePatterns(patterns).flatMap((pattern) => {
      const matched = matchTables(pattern, all);
      if (matched.length > 0) return matched;
      const nearest = findNearestNames(pattern.text, all.map(describe));
      throw new UsageError(`No table of the backup matches ${pattern.text}.`, {
        code: 'no_such_table',
        hint: nearest.length > 0 ? `Did you mean ${nearest.join(', ')}?` : 'See `holdfast show BACKUP` for its tables.',
      });
    }),
  );
  const keys = new Set([...found].map(tableKey));
  return [...found].filter(({ above }) => !above.some((one) => keys.has(tableKey(one)))).map(toExported);
}

/** `public.orders`, quoted only where it must be. */
export function describe({ schema, name }: QualifiedName): string {
  return describeRowSource({ kind: 'table', schema, name }).replace(/^table /, '');
}

interface Listed extends ExportedTable {
  above: QualifiedName[];
}

function toExported({ schema, name, sources }: Listed): ExportedTable {
  return { schema, name, sources };
}

function listTables(manifest: Manifest, entries: readonly SchemaEntry[]): Listed[] {
  const parents = findPartitions(entries);
  const tables = new Map<string, Listed>();
  const listed = (table: QualifiedName): Listed => {
    const { schema, name } = table;
    const known = tables.get(tableKey(table)) ?? { schema, name, sources: [], above: ancestorsOf(table, parents) };
    tables.set(tableKey(table), known);
    return known;
  };
  for (const table of manifest.tables) {
    if (table.kind === 'large-objects') continue;
    for (const one of [table, ...ancestorsOf(table, parents)]) listed(one).sources.push(table);
  }
  return [...tables.values()].sort((a, b) => (tableKey(a) < tableKey(b) ? -1 : 1));
}

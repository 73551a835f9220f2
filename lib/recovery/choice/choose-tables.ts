import type { LeftOut } from '#lib/catalog/catalog.ts';
import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { ancestorsOf, findPartitions, tableKey } from '#lib/recovery/definition/find-partitions.ts';
import type { QualifiedName } from '#lib/recovery/definition/table-definition.ts';
import { describeEntry } from '#lib/schema/describe-entry.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { findNearestNames } from './nearest-names.ts';
import { matchTables, parseTablePatterns, type TablePattern } from './table-pattern.ts';

/** A table to recover: `sources` are the tables of the manifest that hold its rows, its partitions' for a partitioned one. */
export interface ChosenTable extends QualifiedName {
  sources: number[];
}

/** A table of the backup: its rows, or why it cannot be recovered by itself. */
type Candidate = QualifiedName & ({ sources: number[]; reason: null } | { sources: null; reason: string });

/**
 * The tables of a backup that patterns name. A partitioned table takes all its partitions, which are then not chosen
 * once more by themselves. What a pattern matches besides and cannot be recovered is left out. Pure.
 * @throws UsageError where a pattern does not parse or matches nothing, with the nearest names; RefusedError where all
 *   that it matches cannot be recovered.
 */
export function chooseTables(
  { manifest, entries }: { manifest: Manifest; entries: readonly SchemaEntry[] },
  patterns: readonly string[],
): { tables: ChosenTable[]; leftOut: LeftOut[] } {
  const parents = findPartitions(entries);
  const candidates = listCandidates(manifest, entries, parents);
  const matched = new Set<Candidate>();
  for (const pattern of parseTablePatterns(patterns)) {
    const found = matchTables(pattern, candidates);
    const [first] = found;
    if (first === undefined) throw noMatch(pattern, { candidates, entries });
    if (found.every(({ reason }) => reason !== null)) throw notRecoverable(first);
    for (const candidate of found) matched.add(candidate);
  }
  const keys = new Set([...matched].map(tableKey));
  const alone = [...matched].filter(
    (candidate) => !ancestorsOf(candidate, parents).some((one) => keys.has(tableKey(one))),
  );
  return {
    tables: alone.flatMap(({ schema, name, sources }) => (sources === null ? [] : [{ schema, name, sources }])),
    leftOut: alone.flatMap((one) =>
      one.reason === null ? [] : [{ object: `table ${describeTable(one)}`, reason: one.reason }],
    ),
  };
}

/** `public.orders`, quoted only where it must be. */
export function describeTable({ schema, name }: QualifiedName): string {
  return describeRowSource({ kind: 'table', schema, name }).replace(/^table /, '');
}

/** A table of a backup as a list shows it; `reason`: why it cannot be recovered by itself, else `null`. */
export interface ListedTable extends QualifiedName {
  rows: string;
  reason: string | null;
}

/** All tables of a backup by name, partitions within their roots. Pure. */
export function listTables({
  manifest,
  entries,
}: {
  manifest: Manifest;
  entries: readonly SchemaEntry[];
}): ListedTable[] {
  const rowsOf = (sources: readonly number[] | null): string =>
    String((sources ?? []).reduce((sum, index) => sum + BigInt(manifest.tables[index]?.rows ?? '0'), 0n));
  return listCandidates(manifest, entries, findPartitions(entries))
    .map(({ schema, name, sources, reason }) => ({ schema, name, rows: rowsOf(sources), reason }))
    .sort((a, b) => (describeTable(a) < describeTable(b) ? -1 : 1));
}

/** The pattern that names this table and no other: `"public"."orders"`. Pure. */
export function patternOf({ schema, name }: QualifiedName): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return `${quoted(schema)}.${quoted(name)}`;
}

function listCandidates(
  manifest: Manifest,
  entries: readonly SchemaEntry[],
  parents: ReadonlyMap<string, QualifiedName>,
): Candidate[] {
  const sources = new Map(manifest.tables.map((table, index) => [tableKey(table), { table, index }]));
  const roots = new Set(manifest.tables.filter(({ kind }) => kind === 'partitioned').map(tableKey));
  const partitioned = new Set([...parents.values()].map(tableKey));
  const below = new Map<string, number[]>();
  for (const { table, index } of sources.values()) {
    for (const one of ancestorsOf(table, parents))
      below.set(tableKey(one), [...(below.get(tableKey(one)) ?? []), index]);
  }
  const ofEntries = entries
    .filter(({ type }) => type === 'TABLE')
    .map((entry): Candidate => {
      const table = { schema: entry.schema ?? '', name: entry.name };
      const root = ancestorsOf(table, parents).find((one) => roots.has(tableKey(one)));
      if (root !== undefined) {
        const reason = `the backup holds its rows together with those of ${describeTable(root)}: recover that one`;
        return { ...table, sources: null, reason };
      }
      const own = sources.get(tableKey(table));
      const found = [...(own ? [own.index] : []), ...(below.get(tableKey(table)) ?? [])];
      if (found.length > 0 || partitioned.has(tableKey(table)) || isPartitioned(entry))
        return { ...table, sources: found, reason: null };
      return { ...table, sources: null, reason: 'the backup holds no rows of it' };
    });
  const ofExtensions = manifest.tables
    .filter(({ kind }) => kind === 'extension-config')
    .map(({ schema, name }): Candidate => {
      const reason =
        'it belongs to an extension, whose own script defines it: the backup holds rows of it and no definition';
      return { schema, name, sources: null, reason };
    });
  return [...ofEntries, ...ofExtensions];
}

/** Archives of pg_dump before 17 do not carry the kind. */
function isPartitioned({ relkind, definition }: SchemaEntry): boolean {
  return relkind === 'p' || (relkind === null && /^PARTITION BY /m.test(definition));
}

function notRecoverable(candidate: Candidate): RefusedError {
  return new RefusedError(`table ${describeTable(candidate)} cannot be recovered by itself: ${candidate.reason}.`, {
    code: 'table_not_recoverable',
    hint: 'Name another table, or restore the whole backup into a database of its own: `holdfast restore BACKUP --to NAME`.',
  });
}

function noMatch(
  pattern: TablePattern,
  { candidates, entries }: { candidates: readonly Candidate[]; entries: readonly SchemaEntry[] },
): UsageError {
  const others = entries.filter(({ type }) => ['VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE'].includes(type));
  const [other] = matchTables(
    pattern,
    others.map((entry) => ({ ...entry, schema: entry.schema ?? '' })),
  );
  if (other) {
    return new UsageError(`No table of the backup matches ${pattern.text}: there is the ${describeEntry(other)}.`, {
      code: 'no_such_table',
      hint: 'A backup holds no rows of it; name the tables that it reads.',
    });
  }
  const nearest = findNearestNames(pattern.text, candidates.map(describeTable));
  return new UsageError(`No table of the backup matches ${pattern.text}.`, {
    code: 'no_such_table',
    hint: nearest.length > 0 ? `Did you mean ${nearest.join(', ')}?` : 'See `holdfast show BACKUP` for its tables.',
  });
}

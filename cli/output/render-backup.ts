import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { StoredFormat } from '#lib/export/formats/stored-formats.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import {
  describeBytes,
  describeCount,
  describeDuration,
  describeMany,
  describeTime,
} from '#lib/report/describe-amounts.ts';
import { renderFacts, renderTable } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A backup for people: what it is, the key it is sealed under, its tables, what it leaves out. */
export function renderBackup(
  terminal: Terminal,
  { manifest, keyId, formats }: { manifest: Manifest; keyId: string | null; formats: readonly StoredFormat[] },
): string {
  const { source, snapshot, schema, totals, tables } = manifest;
  const took = Date.parse(manifest.completedAt) - Date.parse(manifest.startedAt);
  const facts: [string, string][] = [
    ['snapshot', `${describeTime(snapshot.takenAt)}${snapshot.lsn === null ? '' : `, LSN ${snapshot.lsn}`}`],
    ['source', `PostgreSQL ${source.version}, database ${source.database}, ${source.encoding}, ${source.collation}`],
    [
      'rows',
      `${describeCount(totals.rows)} in ${describeMany(tables.length, 'table')}, ${describeBytes(totals.bytes)} of COPY text`,
    ],
    [
      'stored',
      `${describeBytes(totals.stored)} in ${describeMany(totals.chunks, 'chunk')} (${manifest.codec}), ${describeBytes(totals.newStored)} of it new`,
    ],
    ['schema', `pg_dump ${schema.pgDumpVersion} (${schema.tool})`],
    ['also', describeOthers(manifest)],
    ['took', describeDuration(took)],
    ['run', manifest.run],
  ];
  if (manifest.label !== null) facts.unshift(['label', manifest.label]);
  if (keyId !== null) facts.push(['sealed', `under key id ${keyId}`]);
  const { sha, ref } = manifest.git;
  if (sha !== null) facts.push(['commit', ref ? `${sha} (${ref})` : sha]);
  if (manifest.migration) facts.push(['migration', `${manifest.migration.version} (${manifest.migration.tool})`]);
  for (const stored of formats) facts.push(['format', describeFormat(stored)]);
  return [
    `Backup ${terminal.paint('bold', manifest.id)} of ${manifest.connection}`,
    renderFacts(terminal, facts),
    '',
    renderTables(terminal, manifest),
    ...renderLeftOut(terminal, manifest),
  ].join('\n');
}

function describeFormat({ format, files }: StoredFormat): string {
  const bytes = describeBytes(files.reduce((sum, file) => sum + file.bytes, 0));
  const [only, second] = files;
  return `${format}: ${only && !second ? `${only.path}, ` : `${describeMany(files.length, 'file')}, `}${bytes}`;
}

function describeOthers({ sequences, extensions, matviews, largeObjects, answers }: Manifest): string {
  const parts = [
    describeMany(sequences.length, 'sequence'),
    extensions.length === 0
      ? 'no extensions'
      : `extensions ${extensions.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
    describeMany(matviews.length, 'materialized view'),
    describeMany(largeObjects.length, 'large object'),
    `${describeCount(answers.length)} critical ${answers.length === 1 ? 'query' : 'queries'}`,
  ];
  return parts.join('; ');
}

function renderTables(terminal: Terminal, { tables }: Manifest): string {
  const columns = [
    { name: 'table' },
    { name: 'rows', align: 'right' as const },
    { name: 'bytes', align: 'right' as const },
    { name: 'stored', align: 'right' as const },
    { name: 'chunks', align: 'right' as const },
    { name: 'digest' },
  ];
  const rows = tables.map((table) => [
    describeRowSource(table).replace(/^table /, ''),
    describeCount(table.rows),
    describeBytes(table.bytes),
    describeBytes(table.chunks.reduce((sum, { stored }) => sum + stored, 0)),
    describeCount(table.chunks.length),
    table.digest,
  ]);
  return renderTable(terminal, columns, rows);
}

function renderLeftOut(terminal: Terminal, { leftOut }: Manifest): string[] {
  if (leftOut.length === 0) return [];
  const rows = leftOut.map(({ object, reason }) => [object, reason]);
  return ['', 'Left out', renderTable(terminal, [{ name: 'object' }, { name: 'why' }], rows)];
}

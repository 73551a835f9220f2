import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';

/** A 64-digit name made of one hex digit. */
export function nameOf(digit: string): string {
  return digit.repeat(64);
}

/** A table whose chunks have these names; each chunk holds two rows of ten bytes and the digest 1. */
export function makeTable(name: string, chunks: readonly string[]): ManifestTable {
  return {
    ...{ kind: 'table', schema: 'public', name, columns: ['id'], condition: '' },
    rows: String(chunks.length * 2),
    bytes: String(chunks.length * 10),
    digest: chunks.length.toString(16).padStart(16, '0'),
    chunks: chunks.map((chunk) => ({
      ...{ name: chunk, stored: 100, bytes: 10, rows: 2, digest: '0000000000000001' },
    })),
  };
}

/** A manifest of these tables, true to itself. */
export function makeManifest(tables: ManifestTable[]): Manifest {
  const time = '2026-11-21T01:45:00.000Z';
  const source = { version: '16.14', major: 16, database: 'game', databaseOid: '5', systemIdentifier: null };
  return {
    ...{ format: 1, id: '20261121T014500Z-x7k2qd', connection: 'production', run: 'r', epoch: 1, label: null },
    ...{ startedAt: time, completedAt: time, holdfast: '0.1.0' },
    source: { ...source, encoding: 'UTF8', collation: 'C', characterType: 'C', databaseBytes: '1' },
    ...{ snapshot: { takenAt: time, lsn: null }, git: { sha: null }, codec: 'zstd' },
    schema: {
      ...{ tool: 'wasm', pgDumpVersion: '18.3', entries: { name: nameOf('a'), stored: 10 } },
      ...{ preData: { name: nameOf('b'), stored: 10 }, postData: { name: nameOf('c'), stored: 10 } },
    },
    inventory: { name: nameOf('d'), stored: 10 },
    tables,
    ...{ sequences: [], extensions: [], matviews: [], largeObjects: [], answers: [], leftOut: [] },
    totals: {
      rows: String(tables.reduce((sum, { rows }) => sum + Number(rows), 0)),
      ...{ bytes: '0', stored: '0', newStored: '0', chunks: tables.flatMap(({ chunks }) => chunks).length },
    },
  };
}

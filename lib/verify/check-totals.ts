import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { addDigests } from '#lib/digest/add-digests.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import type { Damage } from './damage.ts';

/** Holds a manifest's tables against their own chunks, and its totals against its tables. Pure. */
export function checkTotals(manifest: Manifest): Damage[] {
  const key = manifestKey({ connection: manifest.connection, backupId: manifest.id });
  const damage = (owner: string, says: string): Damage => ({ key, owners: [owner], code: 'totals_differ', says });
  const tables = manifest.tables.flatMap((table) => {
    const difference = compareTable(table);
    const owner = describeRowSource(table);
    return difference === undefined ? [] : [damage(owner, `The manifest's ${owner} says ${difference}.`)];
  });
  const rows = String(sum(manifest.tables.map((table) => BigInt(table.rows))));
  if (rows === manifest.totals.rows) return tables;
  return [...tables, damage('totals', `The manifest says ${manifest.totals.rows} rows, its tables have ${rows}.`)];
}

function compareTable({ rows, bytes, digest, chunks }: ManifestTable): string | undefined {
  const counted = {
    rows: String(sum(chunks.map((chunk) => BigInt(chunk.rows)))),
    bytes: String(sum(chunks.map((chunk) => BigInt(chunk.bytes)))),
    digest: addDigests(...chunks.map((chunk) => chunk.digest)),
  };
  if (counted.rows !== rows) return `${rows} rows, its chunks have ${counted.rows}`;
  if (counted.bytes !== bytes) return `${bytes} bytes, its chunks have ${counted.bytes}`;
  if (counted.digest !== digest) return `digest ${digest}, its chunks have ${counted.digest}`;
  return undefined;
}

function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, one) => total + one, 0n);
}

import type { ChunkRef } from '#lib/manifest/chunk-ref.ts';
import type { ManifestTable } from '#lib/manifest/manifest.ts';
import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';

/** One chunk to load: which table of the manifest, which of its chunks. */
export interface LoadItem {
  table: number;
  chunk: number;
}

/**
 * Cuts all chunks, largest tables first, into one run of about equal bytes a lane: lanes spread over tables, and only a
 * table larger than a lane's share is loaded by several at once.
 */
export function planRows(tables: readonly ManifestTable[], lanes: number): LoadItem[][] {
  const order = tables
    .map((table, index) => ({ table, index }))
    .sort((a, b) => Number(BigInt(b.table.bytes) - BigInt(a.table.bytes)));
  const items = order.flatMap(({ table, index }) =>
    table.chunks.map((chunk, at) => ({ table: index, chunk: at, bytes: chunk.bytes })),
  );
  const total = items.reduce((sum, { bytes }) => sum + bytes, 0);
  const count = Math.max(1, Math.min(lanes, items.length));
  const dealt: LoadItem[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const { table, chunk, bytes } of items) {
    const lane = Math.min(count - 1, Math.floor((before / Math.max(1, total)) * count));
    dealt[lane]?.push({ table, chunk });
    before += bytes;
  }
  return dealt.filter((lane) => lane.length > 0);
}

/** What the ledger calls a chunk: the table and the place in it; equal chunks of one table are loaded each. */
export function ledgerItem(item: LoadItem, chunk: ChunkRef): string {
  return `rows/${item.table}/${item.chunk}/${chunk.name}`;
}

/** The COPY statement that loads a table's chunks. */
export function copyInSql(table: ManifestTable): string {
  // A table without columns takes no column list: `()` is no syntax, and its rows are empty lines.
  const columns = table.columns.length > 0 ? ` (${table.columns.map(quoteIdent).join(', ')})` : '';
  return `copy ${quoteQualified(table)}${columns} from stdin`;
}

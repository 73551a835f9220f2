import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Manifest, ManifestTable } from '#lib/manifest/manifest.ts';

/** One table of a backup; numbers that may pass 2^53 are decimal strings. */
export interface TableSummary {
  /** `public.orders`, quoted only where it must be: also a pattern that names it alone. */
  name: string;
  kind: ManifestTable['kind'];
  columns: number;
  rows: string;
  /** Bytes of COPY text. */
  bytes: string;
  /** Stored bytes. */
  stored: number;
  chunks: number;
  digest: string;
}

/** The orders of a list of tables. */
export const tableOrders = ['name', 'rows', 'bytes', 'stored'] as const;
export type TableOrder = (typeof tableOrders)[number];

interface WantedTables {
  /** A part of the name, in capitals or not. */
  search?: string | undefined;
  /** By name from a to z, else the largest first. */
  order: TableOrder;
  /** From 1. */
  page: number;
  size: number;
}

/** What a page shows of a backup's tables. */
export interface TablePage {
  tables: TableSummary[];
  /** How many the search has found, on how many pages. */
  found: number;
  pages: number;
  page: number;
}

/** What is told of each table of a backup. Pure. */
export function summarizeTables(manifest: Manifest): TableSummary[] {
  return manifest.tables.map(({ kind, schema, name, columns, rows, bytes, digest, chunks }) => ({
    name: describeRowSource({ kind, schema, name }).replace(/^table /, ''),
    ...{ kind, columns: columns.length, rows, bytes, digest, chunks: chunks.length },
    stored: chunks.reduce((sum, { stored }) => sum + stored, 0),
  }));
}

/** The tables of one page. Pure; a page beyond the last one is the last one. */
export function planTablePage(
  all: readonly TableSummary[],
  { search, order, page: wanted, size }: WantedTables,
): TablePage {
  const text = search?.toLowerCase();
  const found = text === undefined ? [...all] : all.filter(({ name }) => name.toLowerCase().includes(text));
  found.sort((a, b) => compare(a, b, order));
  const pages = Math.max(1, Math.ceil(found.length / size));
  const page = Math.min(Math.max(1, wanted), pages);
  return { tables: found.slice((page - 1) * size, page * size), found: found.length, pages, page };
}

function compare(a: TableSummary, b: TableSummary, order: TableOrder): number {
  if (order !== 'name') {
    const [one, other] = [BigInt(a[order]), BigInt(b[order])];
    if (one !== other) return one < other ? 1 : -1;
  }
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

import type { RowSource } from '#lib/catalog/catalog.ts';
import { largeObjectSlice } from '#lib/catalog/read-large-objects.ts';
import { quoteIdent, quoteQualified } from '#lib/postgres/quote.ts';

/** Heap pages of one piece: 16 MiB of 8 KiB pages. Fixed, so that unchanged pages make the same chunk next time. */
export const pagesPerPiece = 2_048;
const smallestPiece = 16;
const pageBytes = 8_192;

/** A part of one source that one COPY statement reads: `[from, to)` in heap pages, or all of it. */
export interface Piece {
  source: number;
  range: [from: number, to: number | null] | null;
  /** Estimated bytes, for sharing work out. */
  weight: number;
}

/**
 * Cuts sources into pieces at fixed page numbers. A source with much TOAST gets pieces of fewer pages (halved as often
 * as the ratio doubles), so that a piece stays about the same size; the ratio moves in powers of two and so rarely.
 */
export function planPieces(sources: readonly RowSource[]): Piece[] {
  return sources.flatMap((source, index): Piece[] => {
    const step = pieceStep(source);
    if (!source.ranged || source.pages <= step) return [{ source: index, range: null, weight: source.bytes }];
    const count = Math.ceil(source.pages / step);
    return Array.from({ length: count }, (_, piece) => ({
      source: index,
      // The last piece is open: pages that came after the plan hold no row of the snapshot, but cost nothing to ask.
      range: [piece * step, piece === count - 1 ? null : (piece + 1) * step],
      weight: source.bytes / count,
    }));
  });
}

function pieceStep(source: RowSource): number {
  const ratio = source.bytes / Math.max(1, source.pages * pageBytes);
  const halvings = ratio > 2 ? Math.floor(Math.log2(ratio)) : 0;
  return Math.max(smallestPiece, pagesPerPiece >> Math.min(halvings, 20));
}

interface Lane {
  weight: number;
  pieces: number[];
}

/** Deals pieces out to lanes one by one, so that all lanes work in neighbouring pages and finish together. */
export function planLanes(pieces: readonly Piece[], lanes: number): number[][] {
  const dealt: Lane[] = Array.from({ length: Math.min(lanes, pieces.length) }, () => ({ weight: 0, pieces: [] }));
  for (const [index, piece] of pieces.entries()) {
    const lightest = dealt.reduce((least, lane) => (lane.weight < least.weight ? lane : least));
    lightest.pieces.push(index);
    lightest.weight += piece.weight;
  }
  return dealt.map((lane) => lane.pieces);
}

/** The COPY statement that reads a piece (PostgreSQL manual, "COPY"; TID ranges since 14). */
export function copyOutSql(source: RowSource, range: Piece['range']): string {
  if (source.kind === 'large-objects') return largeObjectsSql;
  const columns = source.columns.map(quoteIdent).join(', ');
  const table = quoteQualified(source);
  // COPY of a partitioned table takes a query (manual, "COPY"); it reads all its partitions.
  if (source.kind === 'partitioned') return `copy (select ${columns} from ${table}) to stdout`;
  if (range === null && source.condition === '' && columns !== '') return `copy ${table} (${columns}) to stdout`;
  const where = range === null ? source.condition : pageCondition(range);
  return `copy (select ${columns} from only ${table} ${where}) to stdout`;
}

function pageCondition([from, to]: readonly [number, number | null]): string {
  return `where ctid >= '(${from},0)'::pg_catalog.tid${to === null ? '' : ` and ctid < '(${to},0)'::pg_catalog.tid`}`;
}

// 262144 is INV_READ; an empty object keeps one row without bytes, so that it comes back too.
const largeObjectsSql = `copy (
  select m.oid, s.start, pg_catalog.lo_get(m.oid, s.start, ${largeObjectSlice})
  from pg_catalog.pg_largeobject_metadata m
    cross join lateral (select pg_catalog.lo_lseek64(pg_catalog.lo_open(m.oid, 262144), 0, 2) as size offset 0) o
    cross join lateral pg_catalog.generate_series(0, greatest(o.size - 1, 0), ${largeObjectSlice}) as s(start)
  order by m.oid, s.start) to stdout`;

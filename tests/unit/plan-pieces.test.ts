import { describe, expect, it } from 'vitest';
import type { RowSource } from '#lib/catalog/catalog.ts';
import { copyOutSql, pagesPerPiece, planLanes, planPieces } from '#lib/pieces/plan-pieces.ts';

const page = 8_192;

function source(over: Partial<RowSource>): RowSource {
  const pages = over.pages ?? 1;
  const about = { kind: 'table', schema: 'public', name: 't', columns: ['id'], condition: '', ranged: true } as const;
  return { ...about, pages, bytes: pages * page, ...over, columns: over.columns ?? [...about.columns] };
}

describe('planPieces', () => {
  it('cuts a table at fixed page numbers, the last piece open', () => {
    const pieces = planPieces([source({ pages: 2 * pagesPerPiece + 1 })]);
    expect(pieces.map(({ range }) => range)).toEqual([
      [0, pagesPerPiece],
      [pagesPerPiece, 2 * pagesPerPiece],
      [2 * pagesPerPiece, null],
    ]);
  });

  it('keeps the borders it had when a table grows', () => {
    const before = planPieces([source({ pages: 3 * pagesPerPiece })]);
    const after = planPieces([source({ pages: 9 * pagesPerPiece })]);
    expect(after.slice(0, 2).map(({ range }) => range)).toEqual(before.slice(0, 2).map(({ range }) => range));
  });

  it('makes pieces of fewer pages where most bytes are in TOAST', () => {
    const pages = pagesPerPiece;
    const pieces = planPieces([source({ pages, bytes: pages * page * 9 })]);
    expect(pieces[0]?.range).toEqual([0, pagesPerPiece / 8]);
    expect(pieces).toHaveLength(8);
  });

  it('reads a small table, and one that cannot be read by page, in one piece', () => {
    const whole = planPieces([
      source({ pages: 5 }),
      source({ pages: 9 * pagesPerPiece, ranged: false }),
      source({ pages: 0 }),
    ]);
    expect(whole.map(({ source, range }) => [source, range])).toEqual([
      [0, null],
      [1, null],
      [2, null],
    ]);
  });
});

describe('planLanes', () => {
  it('gives every piece to exactly one lane and about the same weight to each', () => {
    const pieces = planPieces([source({ pages: 40 * pagesPerPiece }), source({ pages: 7 * pagesPerPiece })]);
    const lanes = planLanes(pieces, 3);
    expect(lanes.flat().sort((a, b) => a - b)).toEqual(pieces.map((_, index) => index));
    const weights = lanes.map((lane) => lane.reduce((sum, index) => sum + (pieces[index]?.weight ?? 0), 0));
    expect(Math.max(...weights) / Math.min(...weights)).toBeLessThan(1.2);
  });

  it('plans no lane for nothing, and no empty lane', () => {
    expect(planLanes([], 4)).toEqual([]);
    expect(planLanes(planPieces([source({})]), 4)).toHaveLength(1);
  });
});

describe('copyOutSql', () => {
  it('quotes whatever a name holds', () => {
    const sql = copyOutSql(source({ schema: 'My "S"', name: "it's", columns: ['select', 'Ümlaut'] }), null);
    expect(sql).toBe(`copy "My ""S"""."it's" ("select", "Ümlaut") to stdout`);
  });

  it('reads a range of pages of the table alone, without its children', () => {
    expect(copyOutSql(source({}), [5, 9])).toBe(
      `copy (select "id" from only "public"."t" where ctid >= '(5,0)'::pg_catalog.tid and ctid < '(9,0)'::pg_catalog.tid) to stdout`,
    );
  });

  it('reads a table without columns by a query: a column list cannot be empty', () => {
    expect(copyOutSql(source({ columns: [] }), null)).toMatch(
      /^copy \(select\s+from only "public"."t"\s*\) to stdout$/,
    );
  });

  it('reads a partitioned table with its partitions, and a configuration table by its condition', () => {
    expect(copyOutSql(source({ kind: 'partitioned' }), null)).toBe('copy (select "id" from "public"."t") to stdout');
    const config = source({ kind: 'extension-config', condition: 'where not built_in' });
    expect(copyOutSql(config, null)).toBe('copy (select "id" from only "public"."t" where not built_in) to stdout');
  });
});

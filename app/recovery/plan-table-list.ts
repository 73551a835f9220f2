import { describeTable, type ListedTable, patternOf } from '#lib/recovery/choice/choose-tables.ts';

/** A table as a box to tick. */
interface TableBox {
  pattern: string;
  name: string;
  rows: string;
  reason: string | null;
}

export interface TableList {
  /** What is chosen: tables and patterns, in the order of choice. */
  chosen: { pattern: string; name: string; rows: string | null }[];
  /** Those whose names have the filter in them, without what is chosen. */
  shown: TableBox[];
  /** How many more there are that the list does not show. */
  more: number;
}

const mostShown = 100;

/** What of a backup's tables a page shows to choose from. Pure. */
export function planTableList(
  tables: readonly ListedTable[],
  { chosen, filter }: { chosen: readonly string[]; filter: string },
): TableList {
  const boxes = tables.map((table) => ({
    ...{ pattern: patternOf(table), name: describeTable(table), rows: table.rows, reason: table.reason },
  }));
  const byPattern = new Map(boxes.map((box) => [box.pattern, box]));
  const wanted = filter.trim().toLowerCase();
  const found = boxes.filter(({ pattern, name }) => !chosen.includes(pattern) && name.toLowerCase().includes(wanted));
  return {
    chosen: chosen.map((pattern) => {
      const box = byPattern.get(pattern);
      return { pattern, name: box?.name ?? pattern, rows: box?.rows ?? null };
    }),
    shown: found.slice(0, mostShown),
    more: Math.max(0, found.length - mostShown),
  };
}

import type { Differences } from './differences.ts';

/** A report as a step's result and a run's record carry it: numbers only, small whatever the number of tables. */
export interface DifferencesSummary {
  tables: number;
  /** Tables of which only the rows were counted, or not even that. */
  notByKey: number;
  onlyInBackup: string;
  onlyInLive: string;
  different: string;
}

/** Adds a report up; rows of tables that were not compared by key are in no sum. Pure. */
export function summarizeDifferences({ tables }: Differences): DifferencesSummary {
  const sum = (field: 'onlyInBackup' | 'onlyInLive' | 'different'): string =>
    String(tables.reduce((total, table) => total + BigInt(table[field].rows ?? '0'), 0n));
  return {
    tables: tables.length,
    notByKey: tables.filter(({ compared }) => compared === 'counts' || compared === 'unread').length,
    onlyInBackup: sum('onlyInBackup'),
    onlyInLive: sum('onlyInLive'),
    different: sum('different'),
  };
}

/** One sentence for people: `3 rows are only in the backup, 1 is only in live, 2 are different.` */
export function describeDifferences(summary: DifferencesSummary): string {
  const { tables, notByKey, onlyInBackup, onlyInLive, different } = summary;
  if (notByKey === tables) return 'No table was compared row by row.';
  const are = (rows: string, what: string): string => `${rows} ${rows === '1' ? 'row is' : 'rows are'} ${what}`;
  const numbers = [
    are(onlyInBackup, 'only in the backup'),
    are(onlyInLive, 'only in the live table'),
    are(different, 'different'),
  ].join(', ');
  if (notByKey === 0) return `${numbers}.`;
  return `${numbers}; ${notByKey} ${notByKey === 1 ? 'table was' : 'tables were'} not compared row by row.`;
}

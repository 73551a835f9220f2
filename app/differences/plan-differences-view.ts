import { hidePlaces } from '#app/http/hide-places.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { Differences, TableDifferences } from '#lib/recovery/differences/differences.ts';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { listStatements, type ShownStatement } from './list-statements.ts';

/** Numbers of one table; `?`: not known. */
export interface DifferenceLine {
  table: string;
  side: string;
  backup: string;
  live: string;
  onlyInBackup: string;
  onlyInLive: string;
  different: string;
  /** Something is not as it was, or could not be compared. */
  differs: boolean;
}

/** What there is to say of one table besides its numbers. */
export interface DifferenceDetail {
  table: string;
  /** Why it was not compared row by row. */
  reason: string | null;
  notes: readonly string[];
  /** The columns of the key, as heading of the examples. */
  key: string;
  samples: { what: string; keys: string[]; more: string | null }[];
  statements: ShownStatement[];
}

export interface DifferencesView {
  lines: DifferenceLine[];
  details: DifferenceDetail[];
  /** Tables with something to say that are not shown. */
  moreDetails: number;
}

const mostDetails = 50;

/** A report as a page shows it: numbers of all tables, and the details of the first of those that have any. Pure. */
export function planDifferencesView({ tables }: Differences): DifferencesView {
  const details = tables.map(planDetail).filter((detail) => detail !== null);
  return {
    lines: tables.map(planLine),
    details: details.slice(0, mostDetails),
    moreDetails: Math.max(0, details.length - mostDetails),
  };
}

function planLine(table: TableDifferences): DifferenceLine {
  const { rows, onlyInBackup, onlyInLive, different, side, compared } = table;
  const show = (count: string | null): string => (count === null ? '?' : describeCount(count));
  const differing = [onlyInBackup, onlyInLive, different].some((part) => part.rows !== '0');
  return {
    ...{ table: describeTable(table), side, backup: show(rows.backup) },
    live: compared === 'gone' ? 'no table' : show(rows.live),
    onlyInBackup: show(onlyInBackup.rows),
    onlyInLive: show(onlyInLive.rows),
    different: show(different.rows),
    differs: differing || compared !== 'by key',
  };
}

function planDetail(table: TableDifferences): DifferenceDetail | null {
  const { reason, notes, key, onlyInBackup, onlyInLive, different } = table;
  const samples = [
    sample('Only in the backup', onlyInBackup, describeKey),
    sample('Only in the live table', onlyInLive, describeKey),
    sample('Different', different, (one) => `${describeKey(one.key)} in ${one.columns.join(', ')}`),
  ].filter((one) => one !== null);
  const statements = listStatements(table);
  if (reason === null && notes.length + samples.length + statements.length === 0) return null;
  const told = reason && hidePlaces(reason);
  return { table: describeTable(table), reason: told, notes, key: (key ?? []).join(', '), samples, statements };
}

function sample<T>(
  what: string,
  { rows, examples }: { rows: string | null; examples: readonly T[] },
  describe: (example: T) => string,
): DifferenceDetail['samples'][number] | null {
  if (examples.length === 0) return null;
  const rest = BigInt(rows ?? '0') - BigInt(examples.length);
  return { what, keys: examples.map(describe), more: rest > 0n ? describeCount(String(rest)) : null };
}

/** `4`, or `(4, a)` for a key of several columns. */
function describeKey(key: readonly string[]): string {
  const [first = '', ...others] = key;
  return others.length === 0 ? first : `(${key.join(', ')})`;
}

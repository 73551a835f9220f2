import type { Proof, ProofCheck } from '#lib/proof/proof.ts';

/** One line of a proof: what the source had, and what the copy has. */
export interface ProofLine {
  object: string;
  expected: string;
  actual: string;
  passed: boolean;
}

/** A table with its rows and, where content was compared, its digest. */
export interface TableLine {
  table: string;
  rows: ProofLine;
  content: ProofLine | null;
  passed: boolean;
}

/** A check that is not of a table. */
export interface SectionLine {
  object: string;
  /** One text for each of the section's `against`. */
  against: readonly string[];
  actual: string;
  passed: boolean;
  verdict: 'equal' | 'differs' | 'as demanded' | 'not as demanded';
}

/** Checks of one sort that are not of tables. */
export interface ProofSection {
  id: string;
  title: string;
  /** What the copy is held against, one column each. */
  against: readonly string[];
  lines: SectionLine[];
  /** Of all lines, also those that are not shown. */
  total: number;
  failed: number;
}

/** A proof laid out for people; the same for the page and the report. */
export interface ProofView {
  total: number;
  failed: number;
  tables: TableLine[];
  tablesTotal: number;
  tablesFailed: number;
  /** Sections that have lines to show. */
  sections: ProofSection[];
}

const named: Readonly<Record<string, { id: string; title: string; place: number }>> = {
  query: { id: 'queries', title: 'Critical queries', place: 0 },
  sequence: { id: 'sequences', title: 'Sequences', place: 1 },
  extension: { id: 'extensions', title: 'Extensions', place: 3 },
  matview: { id: 'matviews', title: 'Materialized views', place: 4 },
};
/** Constraints, indexes, policies and all else that the inventory of a database holds. */
const structure = { id: 'structure', title: 'Constraints, indexes and other objects', place: 2 };

/** Lays a proof out: tables first, what differs before what does not. With `onlyDifferences` the latter is left out. */
export function planProofView({ checks }: Proof, { onlyDifferences }: { onlyDifferences: boolean }): ProofView {
  const isShown = ({ passed }: { passed: boolean }): boolean => !onlyDifferences || !passed;
  const tables = pairTables(checks);
  return {
    total: checks.length,
    failed: countFailed(checks),
    tables: tables.filter(isShown),
    tablesTotal: tables.length,
    tablesFailed: countFailed(tables),
    sections: groupOthers(checks)
      .map((section) => ({ ...section, lines: section.lines.filter(isShown) }))
      .filter(({ lines }) => lines.length > 0),
  };
}

function pairTables(checks: readonly ProofCheck[]): TableLine[] {
  const contents = new Map(checks.filter(({ name }) => name === 'content').map((check) => [check.object, check]));
  const tables = checks
    .filter(({ name }) => name === 'rows')
    .map((rows): TableLine => {
      const content = contents.get(rows.object) ?? null;
      // The column says what it holds; large objects are no table.
      const table = rows.object.replace(/^table /, '');
      return { table, rows, content, passed: rows.passed && content?.passed !== false };
    });
  return failedFirst(tables);
}

function groupOthers(checks: readonly ProofCheck[]): ProofSection[] {
  const others = checks.filter(({ name }) => name !== 'rows' && name !== 'content');
  const groups = Map.groupBy(others, ({ name }) => named[name] ?? structure);
  return [...groups]
    .sort(([one], [other]) => one.place - other.place)
    .map(([{ id, title }, lines]) => ({
      ...{ id, title, total: lines.length, failed: countFailed(lines) },
      against: namesOf(id, lines),
      lines: failedFirst(lines).map((line) => toLine(line, { hasDemands: lines.some(isDemand) })),
    }));
}

/** Where the config demands an answer, the source's own one stands beside it; older proofs do not say which one it is. */
function namesOf(id: string, lines: readonly ProofCheck[]): string[] {
  if (lines.some(isDemand)) return ['Demanded', 'Source'];
  return id === 'queries' ? ['Expected'] : ['Source'];
}

function toLine(check: ProofCheck, { hasDemands }: { hasDemands: boolean }): SectionLine {
  const { object, expected, actual, source, passed } = check;
  if (isDemand(check)) {
    const verdict = passed ? 'as demanded' : 'not as demanded';
    return { object, against: [expected, source ?? ''], actual, passed, verdict };
  }
  const against = hasDemands ? ['–', expected] : [expected];
  return { object, against, actual, passed, verdict: passed ? 'equal' : 'differs' };
}

function isDemand({ source }: ProofCheck): boolean {
  return source !== undefined;
}

function failedFirst<T extends { passed: boolean }>(lines: readonly T[]): T[] {
  return [...lines].sort((one, other) => Number(one.passed) - Number(other.passed));
}

function countFailed(lines: readonly { passed: boolean }[]): number {
  return lines.filter(({ passed }) => !passed).length;
}

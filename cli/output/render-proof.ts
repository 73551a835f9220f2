import type { Proof, ProofCheck } from '#lib/proof/proof.ts';
import { describeCheck } from '#lib/proof/summarize-proof.ts';
import { describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { type Cell, renderTable } from './render-table.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** The checks of one table, side by side. */
interface TableProof {
  object: string;
  rows: ProofCheck;
  content: ProofCheck | undefined;
  passed: boolean;
}

/** A proof table by table, failed ones first; the other checks in one line each, their failures spelled out. */
export function renderProof(terminal: Terminal, proof: Proof): string {
  const tables = pairTables(proof.checks).sort((one, other) => Number(one.passed) - Number(other.passed));
  const columns = [
    { name: 'table' },
    { name: 'rows expected', align: 'right' as const },
    { name: 'rows found', align: 'right' as const },
    { name: 'content' },
  ];
  const rows = tables.map(({ object, rows, content, passed }): Cell[] => [
    passed ? shorten(object) : { text: shorten(object), format: 'red' },
    showNumber(rows.expected),
    rows.passed ? showNumber(rows.actual) : { text: showNumber(rows.actual), format: 'red' },
    showContent(content),
  ]);
  const failed = proof.checks.filter(({ passed }) => !passed);
  return [
    ...(failed.length > 0
      ? [`${describeMany(failed.length, 'check')} of ${describeCount(proof.checks.length)} failed`]
      : [
          `${describeMany(proof.checks.length, 'check')} passed (${proof.level === 'content' ? 'every row compared by digest' : 'rows counted, content not compared'})`,
        ]),
    ...failed.map((check) => `  ${terminal.paint('red', 'failed')} ${escapeControls(describeCheck(check))}`),
    renderTable(terminal, columns, rows),
    renderOthers(terminal, proof.checks),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function pairTables(checks: readonly ProofCheck[]): TableProof[] {
  const contents = new Map(checks.filter(({ name }) => name === 'content').map((check) => [check.object, check]));
  return checks
    .filter(({ name }) => name === 'rows')
    .map((rows) => {
      const content = contents.get(rows.object);
      return { object: rows.object, rows, content, passed: rows.passed && content?.passed !== false };
    });
}

function renderOthers(terminal: Terminal, checks: readonly ProofCheck[]): string {
  const kinds = new Map<string, { passed: number; total: number }>();
  for (const { name, passed } of checks) {
    if (name === 'rows' || name === 'content') continue;
    const kind = kinds.get(name) ?? { passed: 0, total: 0 };
    kinds.set(name, { passed: kind.passed + Number(passed), total: kind.total + 1 });
  }
  if (kinds.size === 0) return '';
  const rows = [...kinds]
    .sort(([, one], [, other]) => Number(one.passed === one.total) - Number(other.passed === other.total))
    .map(([name, { passed, total }]): Cell[] => [
      name,
      passed === total
        ? { text: `${describeCount(total)} passed`, format: 'green' }
        : { text: `${describeCount(total - passed)} of ${describeCount(total)} failed`, format: 'red' },
    ]);
  return renderTable(terminal, [{ name: 'other checks' }, { name: '' }], rows);
}

/** The column says what it holds; large objects are no table. */
function shorten(object: string): string {
  return object.replace(/^table /, '');
}

function showNumber(text: string): string {
  return /^\d+$/.test(text) ? describeCount(text) : text;
}

function showContent(content: ProofCheck | undefined): Cell {
  if (content === undefined) return { text: 'not compared', format: 'dim' };
  return content.passed ? { text: 'equal', format: 'green' } : { text: 'differs', format: 'red' };
}

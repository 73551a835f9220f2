import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Proof } from '#lib/proof/proof.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { Differences, TableDifferences } from '#lib/recovery/differences/differences.ts';
import { describeCount, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { recoverOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { renderProof } from './render-proof.ts';
import { renderFacts, renderTable } from './render-table.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** A recovery for people: what was recovered, how the live tables differ, and how rows can be brought back. */
export function renderRecovery(
  terminal: Terminal,
  { result, proof, differences }: { result: RunResult; proof: Proof | null; differences: Differences | null },
): string {
  if (proof?.passed === false) {
    return `${terminal.paint('red', 'Not proven:')} the side schema is dropped again\n${renderProof(terminal, proof)}`;
  }
  if (result.status !== 'completed') return '';
  if (differences === null) return renderWithoutReport(terminal, result);
  const { run, durationMs } = result;
  const { leftOut = [], notCompared = null } = recoverOutcome.safeParse(result.outcome).data ?? {};
  const { tables, schema, backup, target, drop, unlogged } = differences;
  return [
    `${terminal.paint('green', 'Recovered and proven:')} ${describeMany(tables.length, 'table')} of ${terminal.paint('bold', backup)} in the schema ${terminal.paint('bold', escapeControls(schema))} of ${target}`,
    renderCounts(terminal, tables),
    ...tables.map((table) => renderDetails(terminal, table)).filter((text) => text !== ''),
    ...(leftOut.length > 0
      ? [
          'Left out',
          renderTable(
            terminal,
            [{ name: 'object' }, { name: 'reason' }],
            leftOut.map(({ object, reason }) => [object, reason]),
          ),
        ]
      : []),
    renderFacts(terminal, [
      ['proof', `${describeMany(proof?.checks.length ?? 0, 'check')} passed (every row compared by digest)`],
      ...(notCompared === null
        ? []
        : [['comparison', `has not come to its end: ${escapeControls(notCompared.message)}`] as const]),
      ...(unlogged
        ? [['kept', 'UNLOGGED, since a publication covers all tables: a crash of the server empties them'] as const]
        : []),
      ['clean up', describeCleanUp(run.id, drop)],
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}

/** The tables are there and proven; what they were to be compared with is told to be unknown. */
function renderWithoutReport(terminal: Terminal, { run, outcome, durationMs }: RunResult): string {
  const { schema, notCompared } = recoverOutcome.safeParse(outcome).data ?? { schema: null, notCompared: null };
  const where = schema === null ? '' : ` in the schema ${terminal.paint('bold', escapeControls(schema))}`;
  return [
    `${terminal.paint('green', 'Recovered and proven:')} tables of ${terminal.paint('bold', run.backup ?? '')}${where} of ${run.target}`,
    renderFacts(terminal, [
      ['comparison', `none: ${escapeControls(notCompared?.message ?? 'its report is missing')}`],
      ...(schema === null
        ? []
        : [['clean up', describeCleanUp(run.id, `drop schema ${quoteIdent(schema)} cascade;`)] as const]),
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}

/** The verb drops the tables of the run and nothing that others have put beside them; the statement drops all. */
function describeCleanUp(run: string, drop: string): string {
  return `when you are done: holdfast discard ${run}, or by hand: ${drop}`;
}

function renderCounts(terminal: Terminal, tables: readonly TableDifferences[]): string {
  const columns = [
    { name: 'table' },
    { name: 'recovered as' },
    { name: 'rows in backup', align: 'right' as const },
    { name: 'rows in live', align: 'right' as const },
    { name: 'only in backup', align: 'right' as const },
    { name: 'only in live', align: 'right' as const },
    { name: 'different', align: 'right' as const },
  ];
  const show = (rows: string | null): string => (rows === null ? '?' : describeCount(rows));
  const lines = tables.map((table) => [
    describeTable(table),
    table.side,
    show(table.rows.backup),
    table.compared === 'gone' ? 'no table' : show(table.rows.live),
    show(table.onlyInBackup.rows),
    show(table.onlyInLive.rows),
    show(table.different.rows),
  ]);
  return renderTable(terminal, columns, lines);
}

/** What there is to say of one table besides its numbers; empty where that is nothing. */
function renderDetails(terminal: Terminal, table: TableDifferences): string {
  const { reason, notes, onlyInBackup, onlyInLive, different, statements } = table;
  const columns = `(${(table.key ?? []).join(', ')})`;
  const keys = (examples: readonly string[][]): string => examples.map(describeKey).join(' ');
  const lines = [
    ...(reason === null ? [] : [`not compared row by row: ${reason}`]),
    ...notes,
    ...(onlyInBackup.examples.length > 0
      ? [`only in the backup, ${columns}: ${keys(onlyInBackup.examples)}${more(onlyInBackup)}`]
      : []),
    ...(onlyInLive.examples.length > 0
      ? [`only in the live table, ${columns}: ${keys(onlyInLive.examples)}${more(onlyInLive)}`]
      : []),
    ...(different.examples.length > 0
      ? [
          `different, ${columns}: ${different.examples.map((one) => `${describeKey(one.key)} in ${one.columns.join(', ')}`).join('; ')}${more(different)}`,
        ]
      : []),
  ];
  const { create, complete } = statements;
  const runnable = [
    ...(create === null ? [] : ['To make the table again, as the backup has it:', create]),
    ...(statements.insert === null
      ? []
      : [
          create === null ? 'To bring the lost rows back, when you have looked at them:' : 'Then its rows:',
          statements.insert,
        ]),
    ...(statements.update === null
      ? []
      : [
          'To set the rows that differ to what they were (this undoes every change since, the wanted ones too):',
          statements.update,
        ]),
    ...(complete === null || complete === '' ? [] : ['Then what belongs to it:', complete]),
  ];
  if (lines.length + runnable.length === 0) return '';
  const indented = [...lines, ...runnable].flatMap((text) => escapeControls(text).split('\n'));
  return [terminal.paint('bold', escapeControls(describeTable(table))), ...indented.map((line) => `  ${line}`)].join(
    '\n',
  );
}

/** `4`, or `(4, a)` for a key of several columns. */
function describeKey(key: readonly string[]): string {
  const [first = '', ...others] = key;
  return others.length === 0 ? first.replaceAll('\n', '\\n') : `(${key.join(', ').replaceAll('\n', '\\n')})`;
}

function more({ rows, examples }: { rows: string | null; examples: readonly unknown[] }): string {
  const rest = BigInt(rows ?? '0') - BigInt(examples.length);
  return rest > 0n ? ` and ${describeCount(String(rest))} more` : '';
}

import { describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { sweepOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { renderFacts, renderTable } from './render-table.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** A sweep for people: what was taken away, and what could not be. */
export function renderSweep(terminal: Terminal, { run, outcome, durationMs }: RunResult): string {
  const parsed = sweepOutcome.safeParse(outcome).data;
  if (parsed === undefined) return '';
  const { actions, failures, left } = parsed;
  const facts = renderFacts(terminal, [
    ['took', describeDuration(durationMs)],
    ['run', run.id],
  ]);
  if (actions.length === 0) return [`${terminal.paint('green', 'Swept:')} nothing was due`, facts].join('\n');
  const columns = [{ name: 'run' }, { name: 'done' }, { name: 'because' }];
  const rows = actions.map(({ run, action, because }) => [run, action, because]);
  const failed = failures.map((line) => `  ${terminal.paint('red', 'failed')} ${escapeControls(line)}`);
  const stays = left.map((line) => `  ${terminal.paint('yellow', 'left')} ${escapeControls(line)}`);
  const isAll = failures.length === 0 && left.length === 0;
  const head = isAll
    ? terminal.paint('green', 'Swept:')
    : terminal.paint(failures.length === 0 ? 'yellow' : 'red', 'Not all swept:');
  return [
    `${head} ${describeMany(actions.length, 'run')}`,
    renderTable(terminal, columns, rows),
    ...failed,
    ...stays,
    facts,
  ].join('\n');
}

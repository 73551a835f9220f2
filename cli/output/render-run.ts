import { describeDuration, describeTime } from '#lib/report/describe-amounts.ts';
import { describeRun } from '#lib/run-view/describe-run.ts';
import { nameRun } from '#lib/run-view/name-run.ts';
import type { RunView } from '#lib/run-view/read-run-view.ts';
import type { StepRecord } from '#lib/runs/run-record.ts';
import { describeWaiting } from './describe-waiting.ts';
import { renderOutcome } from './render-outcome.ts';
import { type Cell, renderFacts, renderTable } from './render-table.ts';
import { escapeControls, type Format, type Terminal } from './terminal.ts';

/** A run for people: what it was asked, its steps with attempts and waits, its errors, its outcome. */
export function renderRun(terminal: Terminal, view: RunView): string {
  const { run, status, result, progress, waiting } = view;
  const facts: [string, string][] = [
    ['started', describeTime(run.startedAt)],
    ['engine run', run.engineRunId],
    ['event', run.eventId],
  ];
  if (result !== null)
    facts.push(['took', describeDuration(result.durationMs)], ['exit code', String(result.exitCode)]);
  if (run.parent !== null) facts.push(['part of', run.parent]);
  if (progress !== '' && waiting === null) facts.push(['progress', progress]);
  for (const { channel, event, state, detail } of view.notified) {
    facts.push(['told', `${channel}: ${event} ${state} (${escapeControls(detail)})`]);
  }
  const parts = [
    `${describeRun(view)} ${terminal.paint('bold', run.id)}: ${terminal.paint(formatOf(status), status)}`,
    renderFacts(terminal, facts),
    ...(waiting === null ? [] : ['', escapeControls(describeWaiting(run.parent ?? run.id, waiting))]),
    ...renderChildren(terminal, view),
    '',
    renderTimeline(terminal, view),
  ];
  if (result?.error) {
    const { message, hint } = nameRun(result.error, view.cutover?.knownAs ?? run.id);
    parts.push('', `${terminal.paint('red', 'error:')} ${escapeControls(message)}`);
    parts.push(`${terminal.paint('yellow', 'hint:')} ${escapeControls(hint)}`);
  }
  const outcome = result === null ? '' : renderOutcome(terminal, result, view);
  if (outcome !== '') parts.push('', outcome);
  return parts.join('\n');
}

/** The colour of a run's status. */
export function formatOf(status: RunView['status']): Format {
  if (status === 'completed') return 'green';
  return ['running', 'waiting', 'interrupted', 'skipped'].includes(status) ? 'yellow' : 'red';
}

function renderChildren(terminal: Terminal, { children }: RunView): string[] {
  if (children.length === 0) return [];
  const columns = [{ name: 'part' }, { name: 'what' }, { name: 'status' }];
  const rows = children.map(({ run, status }): Cell[] => [
    run.id,
    describeRun({ run }),
    { text: status, format: formatOf(status) },
  ]);
  return ['', renderTable(terminal, columns, rows)];
}

function renderTimeline(terminal: Terminal, { timeline, atWork }: Pick<RunView, 'timeline' | 'atWork'>): string {
  const columns = [
    { name: 'step' },
    { name: 'name' },
    { name: 'attempts', align: 'right' as const },
    { name: 'worked', align: 'right' as const },
    { name: 'waited', align: 'right' as const },
    { name: 'outcome' },
  ];
  const working = atWork.map(({ n, slug, startedAt }): Cell[] => [
    ...[n, slug, '', '', '', `at work since ${describeTime(startedAt)}`],
  ]);
  return renderTable(terminal, columns, [...timeline.map(toRow), ...working]);
}

function toRow({ n, slug, attempts }: StepRecord): Cell[] {
  const worked = attempts.reduce((sum, { startedAt, endedAt }) => sum + Date.parse(endedAt) - Date.parse(startedAt), 0);
  const waited = attempts.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
  const last = attempts.at(-1);
  const failures = attempts.flatMap(({ error }) => (error === null ? [] : [error.message]));
  const outcome: Cell =
    last?.outcome === 'completed'
      ? failures.length > 0
        ? { text: `completed after: ${failures.at(-1)}`, format: 'yellow' }
        : 'completed'
      : { text: `failed: ${failures.at(-1) ?? 'unknown'}`, format: 'red' };
  return [
    n,
    slug,
    String(attempts.length),
    describeDuration(worked),
    waited > 0 ? describeDuration(waited) : '',
    outcome,
  ];
}

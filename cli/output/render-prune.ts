import { describeBytes, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import type { PlannedBackup } from '#lib/retention/plan-retention.ts';
import { type PruneOutcome, pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { type Cell, renderFacts, renderTable } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A prune for people: what became of each backup and why, and what was swept. */
export function renderPrune(
  terminal: Terminal,
  { outcome, durationMs, run }: RunResult,
  backups: readonly PlannedBackup[] | null,
): string {
  const parsed = pruneOutcomeSchema.safeParse(outcome).data;
  if (parsed === undefined) return '';
  const { removed, kept, spared, swept, garbage, leftovers, runs } = parsed;
  const facts: [string, string][] = [
    ['chunks', `${describeMany(swept, 'chunk')} swept of ${describeMany(garbage.chunks, 'unneeded one')}`],
    ['freed', describeFreed(parsed)],
    ['also', `${describeMany(leftovers, 'leftover object')}, ${describeMany(runs, 'old run')}`],
    ['took', describeDuration(durationMs)],
    ['run', run.id],
  ];
  if (spared > 0) facts.push(['spared', `${describeMany(spared, 'backup')}: pinned or taken up meanwhile`]);
  const sparing =
    parsed.heldBack === null ? [] : [terminal.paint('yellow', `  No chunk was swept: ${parsed.heldBack}`)];
  return [
    ...(backups === null ? [] : renderPlan(terminal, backups)),
    `${terminal.paint('green', 'Pruned:')} ${describeMany(removed, 'backup')} removed, ${kept} kept`,
    renderFacts(terminal, facts),
    ...renderHeld(terminal, parsed),
    ...sparing,
  ].join('\n');
}

/** Each backup and the rules that keep it. */
export function renderPlan(terminal: Terminal, backups: readonly PlannedBackup[]): string[] {
  if (backups.length === 0) return ['No backups.'];
  const columns = [{ name: 'backup' }, { name: 'connection' }, { name: '' }, { name: 'because' }];
  const rows = backups.map(({ backupId, connection, keptBy }): Cell[] =>
    keptBy.length > 0
      ? [backupId, connection, 'stays', keptBy.join(', ')]
      : [backupId, connection, { text: 'goes', format: 'yellow' }, 'no rule keeps it'],
  );
  return [renderTable(terminal, columns, rows)];
}

function describeFreed({ garbage, swept }: PruneOutcome): string {
  const later =
    garbage.young.chunks === 0 ? '' : `; ${describeBytes(garbage.young.bytes)} more after the grace time (sweepGrace)`;
  return `${swept === 0 ? 'nothing' : `${describeBytes(garbage.bytes)} at most`}${later}`;
}

function renderHeld(terminal: Terminal, { objects }: PruneOutcome): string[] {
  const { hidden, locked, failed } = objects;
  const lines = [
    ...(hidden > 0 ? [`${describeMany(hidden, 'object')} stay as former versions of the bucket`] : []),
    ...(locked.length > 0 ? [`locked still: ${locked.slice(0, 3).join(', ')}${locked.length > 3 ? ', ...' : ''}`] : []),
    ...failed.slice(0, 3).map(({ key, reason }) => `not deleted: ${key}: ${reason}`),
  ];
  return lines.map((line) => terminal.paint('yellow', `  ${line}`));
}

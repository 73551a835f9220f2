import { describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import type { PlannedBackup } from '#lib/retention/plan-retention.ts';
import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import { describePrune } from '#lib/run-view/describe-prune.ts';
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
  const { removed, kept } = parsed;
  const { facts, held } = describePrune(parsed);
  return [
    ...(backups === null ? [] : renderPlan(terminal, backups)),
    `${terminal.paint('green', 'Pruned:')} ${describeMany(removed, 'backup')} removed, ${kept} kept`,
    renderFacts(terminal, [...facts, ['took', describeDuration(durationMs)], ['run', run.id]]),
    ...held.map((line) => terminal.paint('yellow', `  ${line}`)),
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

import { describeBytes, describeCount, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { describeReading } from '#lib/run-view/describe-reading.ts';
import { backupOutcome, refusedOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { Evidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { verifyOutcomeSchema } from '#lib/verify/conclude-verify.ts';
import { renderDrill } from './render-drill.ts';
import { renderPrune } from './render-prune.ts';
import { renderRecovery } from './render-recovery.ts';
import { renderRestore } from './render-restore.ts';
import { renderSweep } from './render-sweep.ts';
import { renderFacts, renderTable } from './render-table.ts';
import { renderTransfer } from './render-transfer.ts';
import { renderDiscard, renderRollback } from './render-undone.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** What a finished run has to say besides its error; empty where that is all. */
export function renderOutcome(terminal: Terminal, result: RunResult, evidence: Evidence): string {
  if (result.status === 'refused') return renderRefusal(terminal, result);
  switch (result.run.kind) {
    case 'backup':
      return renderBackup(terminal, result);
    case 'restore':
      return renderRestore(terminal, result, evidence);
    case 'recover':
      return renderRecovery(terminal, { result, ...evidence });
    case 'transfer':
      return renderTransfer(terminal, result, evidence);
    case 'drill':
      return renderDrill(terminal, result, evidence);
    case 'rollback':
      return renderRollback(terminal, result, evidence);
    case 'discard':
      return renderDiscard(terminal, result, evidence);
    case 'sweep':
      return renderSweep(terminal, result);
    case 'prune':
      return renderPrune(terminal, result, evidence.backups);
    case 'verify':
      return renderVerify(terminal, result);
  }
}

function renderBackup(terminal: Terminal, { outcome, run, durationMs }: RunResult): string {
  const parsed = backupOutcome.safeParse(outcome);
  if (!parsed.success) return '';
  const { backup, totals, epochs, pgDump, snapshotBranch, lanesNote } = parsed.data;
  const facts: [string, string][] = [
    ['rows', `${describeCount(totals.rows)}, ${describeBytes(totals.bytes)} of COPY text`],
    [
      'stored',
      `${describeBytes(totals.stored)} in ${describeMany(totals.chunks, 'chunk')}, ${describeBytes(totals.newStored)} of it new`,
    ],
    ['schema', pgDump === 'wasm' ? 'pg_dump 18 (WebAssembly)' : 'native pg_dump'],
    ['took', describeDuration(durationMs)],
    ['run', run.id],
  ];
  if (lanesNote !== null) facts.push(['lanes', lanesNote]);
  if (snapshotBranch !== null) facts.push(['snapshot', `Neon branch ${snapshotBranch}, deleted at the end`]);
  if (epochs > 1) facts.push(['snapshots', `${epochs}: the earlier ones were lost, and the rows were read again`]);
  return [
    `${terminal.paint('green', 'Backed up')} ${run.connection ?? ''} as ${terminal.paint('bold', backup)}`,
    renderFacts(terminal, facts),
    terminal.paint('dim', '  A backup is good once it was restored: `holdfast restore latest --to NAME`'),
  ].join('\n');
}

function renderVerify(terminal: Terminal, { outcome, durationMs, run }: RunResult): string {
  const parsed = verifyOutcomeSchema.safeParse(outcome);
  if (!parsed.success) return '';
  const { backup, connection, damaged, damage, sample, quarantined } = parsed.data;
  const { read, open } = describeReading(parsed.data);
  const facts = renderFacts(terminal, [
    ['read', read],
    ['took', describeDuration(durationMs)],
    ['run', run.id],
  ]);
  const named = `${terminal.paint('bold', backup)} of ${connection}`;
  if (damaged === 0) {
    const head = `${terminal.paint('green', sample ? 'Nothing damaged in a sample of' : 'Whole:')} ${named}`;
    return [head, facts, ...(open === null ? [] : [terminal.paint('yellow', `  ${open}`)])].join('\n');
  }
  const columns = [{ name: 'belongs to' }, { name: 'object' }, { name: 'problem' }];
  const lines = damage.map(({ key, owners, code }) => [owners.join(', '), key, code.replaceAll('_', ' ')]);
  const more = damaged > damage.length ? [`  and ${describeCount(damaged - damage.length)} more`] : [];
  return [
    `${terminal.paint('red', `Damaged in ${describeMany(damaged, 'object')}:`)} ${named}`,
    renderTable(terminal, columns, lines),
    ...more,
    facts,
    ...quarantined.stays.map((line) => terminal.paint('yellow', `  stays where it is: ${escapeControls(line)}`)),
  ].join('\n');
}

function renderRefusal(terminal: Terminal, { outcome }: RunResult): string {
  const checks = refusedOutcome.safeParse(outcome).data ?? [];
  const failed = checks.filter(({ passed }) => !passed);
  // The first one is the error itself.
  if (failed.length < 2) return '';
  const lines = failed.map(({ name, object, detail, hint }) => `  ${name}: ${object}: ${detail}\n    ${hint}`);
  return `${terminal.paint('red', `Refused by ${failed.length} checks`)}\n${escapeControls(lines.join('\n'))}`;
}

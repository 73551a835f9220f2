import { describeBytes, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { describeSource } from '#lib/run-view/describe-source.ts';
import { type TransferOutcome, transferOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { Evidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { describeCutover, type Facts } from './describe-cutover.ts';
import { renderProof } from './render-proof.ts';
import { renderLeftOut } from './render-restore.ts';
import { renderFacts } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A transfer for people: its backup, its proof, the cut-over, and what became of the source. */
export function renderTransfer(terminal: Terminal, result: RunResult, { proof, cutover }: Evidence): string {
  const { run, status, durationMs } = result;
  const outcome = transferOutcome.safeParse(result.outcome).data;
  const isDone = status === 'completed';
  const head = terminal.paint(isDone ? 'green' : 'red', isDone ? 'Transferred and proven:' : 'Not transferred:');
  return [
    `${head} ${run.connection ?? ''} to ${terminal.paint('bold', run.target ?? '')}`,
    ...(proof === null ? [] : [renderProof(terminal, proof)]),
    ...renderLeftOut(terminal, outcome?.restore?.leftOut ?? []),
    renderFacts(terminal, [
      ...describeBackup(outcome?.backup),
      ...(cutover === null ? [] : describeCutover(cutover)),
      // A rollback has taken the fence down.
      ...(isDone && outcome && cutover?.state !== 'rolled-back' ? [describeSource(outcome, run.connection ?? '')] : []),
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}

function describeBackup(backup: TransferOutcome['backup']): Facts {
  if (backup?.backup === undefined || backup.totals === undefined) return [];
  const { rows, bytes } = backup.totals;
  return [['backup', `${backup.backup}: ${describeMany(rows, 'row')}, ${describeBytes(bytes)} of COPY text`]];
}

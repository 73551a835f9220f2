import { describeBytes, describeCount, describeDuration, describeMany } from '#lib/report/describe-amounts.ts';
import { transferOutcome } from '#lib/run-view/outcome-schemas.ts';
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
      ...(isDone && outcome && cutover?.state !== 'rolled-back' ? describeSource(outcome, run.connection ?? '') : []),
      ['took', describeDuration(durationMs)],
      ['run', run.id],
    ]),
  ].join('\n');
}

type Outcome = NonNullable<ReturnType<typeof transferOutcome.safeParse>['data']>;

function describeBackup(backup: Outcome['backup']): Facts {
  if (backup?.backup === undefined || backup.totals === undefined) return [];
  const { rows, bytes } = backup.totals;
  return [['backup', `${backup.backup}: ${describeMany(rows, 'row')}, ${describeBytes(bytes)} of COPY text`]];
}

function describeSource({ fenced, writes }: Outcome, source: string): Facts {
  if (fenced) {
    const lift = 'alter database NAME reset default_transaction_read_only';
    return [['fence', `${source} is read-only for its clients and stays so until a rollback; by hand: ${lift}`]];
  }
  if (writes === null) return [['written since', `what was written to ${source} since its snapshot cannot be told`]];
  if (writes.rows === 0) return [['written since', `nothing to ${source} since its snapshot`]];
  const most = writes.tables.slice(0, 3).map(({ table, rows }) => `${table} ${describeCount(rows)}`);
  const rows = describeMany(writes.rows, 'row');
  return [['written since', `about ${rows} to ${source}, which the copy does not have: ${most.join(', ')}`]];
}

import { describeDuration } from '#lib/report/describe-amounts.ts';
import { describeRecoveryTime } from '#lib/run-view/describe-recovery-time.ts';
import { drillOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { Evidence } from '#lib/run-view/read-evidence.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import type { Facts } from './describe-cutover.ts';
import { renderProof } from './render-proof.ts';
import { renderLeftOut } from './render-restore.ts';
import { renderFacts } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** A drill for people: its proof, how long the recovery took, and against what that is held. */
export function renderDrill(terminal: Terminal, result: RunResult, { proof }: Evidence): string {
  const outcome = drillOutcome.safeParse(result.outcome).data;
  if (outcome === undefined) return '';
  const { run, status, durationMs } = result;
  const isDone = status === 'completed';
  const recovery = describeRecoveryTime(outcome);
  const head = terminal.paint(isDone ? 'green' : 'red', isDone ? 'Recovered and proven:' : 'Not recovered:');
  const facts: Facts = [
    ['on', outcome.on],
    ...(recovery === null ? [] : [['recovery', recovery] as const]),
    ...(outcome.attempts > 1
      ? [['attempts', `${outcome.attempts}: the scratch server was lost`] as [string, string]]
      : []),
    ['took', `${describeDuration(durationMs)} with what was made for it and dropped again`],
    ['run', run.id],
  ];
  return [
    `${head} ${terminal.paint('bold', outcome.backup)} of ${run.connection ?? ''}`,
    ...(proof === null ? [] : [renderProof(terminal, proof)]),
    ...renderLeftOut(terminal, outcome.restore.leftOut ?? []),
    renderFacts(terminal, facts),
  ].join('\n');
}

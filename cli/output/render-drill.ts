import { describeDuration } from '#lib/report/describe-amounts.ts';
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
  const head = terminal.paint(isDone ? 'green' : 'red', isDone ? 'Recovered and proven:' : 'Not recovered:');
  const facts: Facts = [
    ['on', outcome.on],
    ...describeRecovery(outcome),
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

function describeRecovery({ recoveryMs, rtoMs }: { recoveryMs: number | null; rtoMs: number | null }): Facts {
  if (recoveryMs === null) return [];
  const promised = rtoMs === null ? '' : `, ${describeDuration(rtoMs)} is promised (rto)`;
  return [['recovery', `${describeDuration(recoveryMs)}${promised}`]];
}

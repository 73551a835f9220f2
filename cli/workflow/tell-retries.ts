import type { Terminal } from '#cli/output/terminal.ts';
import type { RunnerChange } from '#inngest/local/scheduler.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

/** An observer of the local runner that tells of every attempt that failed and is made again. */
export function tellRetries(terminal: Terminal): (change: RunnerChange) => void {
  const names = new Map<string, string>();
  return (change) => {
    if (change.t === 'planned') for (const { id, name } of change.steps) names.set(`${change.run} ${id}`, name);
    if (change.t !== 'retry') return;
    const step = names.get(`${change.run} ${change.key}`) ?? 'the run';
    const wait = describeDuration(Math.max(0, change.at - Date.now()));
    terminal.note(`${step}: attempt ${change.attempt} failed (${change.error}); the next one is in ${wait}.`);
  };
}

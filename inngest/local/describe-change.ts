import type { RunnerChange } from './scheduler.ts';

/** What a server's log says of a change: failed attempts and the ends of runs; `undefined` for all else. */
export function describeChange(change: RunnerChange): string | undefined {
  if (change.t === 'retry') return `run ${change.run}: attempt ${change.attempt} failed: ${change.error}`;
  if (change.t !== 'ended') return undefined;
  const { outcome } = change;
  const why = outcome.status === 'failed' ? `: ${outcome.error.message}` : '';
  return `run ${change.run} ${outcome.status}${outcome.status === 'cancelled' ? `: ${outcome.reason}` : why}`;
}

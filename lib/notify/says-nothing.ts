import type { RunResult } from '#lib/runs/run-record.ts';
import type { EndedRun } from './ended-run.ts';

/** The code of a run that a person has cancelled; one that was given up, or has waited in vain, has another. */
const cancelledCode = 'cancelled';

/**
 * Whether nobody is told of a run, and no dead-man switch hears of it: a part of another run, which speaks for it; one
 * that a person has cancelled; one whose time came while another was under way. Pure.
 */
export function saysNothing({ status }: Pick<EndedRun, 'status'>, result: RunResult | undefined): boolean {
  if (status === 'skipped') return true;
  if (status === 'cancelled' && result?.error?.code === cancelledCode) return true;
  return result !== undefined && result.run.parent !== null;
}

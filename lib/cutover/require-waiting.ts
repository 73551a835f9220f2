import { RefusedError } from '#lib/errors/refused-error.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { readDecision } from '#lib/runs/decision-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { findWaiting, type Waiting } from '#lib/runs/waiting-store.ts';

/**
 * What the run, or a part of it, waits for, so that it can be approved now.
 * @throws RefusedError where there is nothing to approve, or no time left to do so.
 */
export async function requireWaiting(repository: Repository, id: string): Promise<Waiting & { run: string }> {
  const result = await readResult(repository, id);
  if (result !== undefined) {
    throw new RefusedError(`Run ${id} has ended (${result.status}): it does not wait for approval.`, {
      code: 'run_ended',
      hint: `See \`holdfast show ${id}\`.`,
    });
  }
  const waiting = await findWaiting(repository, id);
  if (waiting === undefined) {
    throw new RefusedError(`Run ${id} does not wait for approval, or not yet.`, {
      code: 'not_waiting',
      hint: `See with \`holdfast show ${id}\` where it is; only a run with --require-approval waits, after its proof.`,
    });
  }
  if (Date.parse(waiting.until) <= Date.now()) {
    throw new RefusedError(`Run ${id} has waited for approval until ${describeTime(waiting.until)}; that is over.`, {
      code: 'approval_too_late',
      hint: `Its copy is discarded as soon as the run is driven: \`holdfast resume ${id}\` where it was started.`,
    });
  }
  if ((await readDecision(repository, id))?.decision === 'cancel') {
    throw new RefusedError(`Run ${id} is being cancelled.`, { code: 'run_cancelled', hint: 'Start a new one.' });
  }
  return waiting;
}

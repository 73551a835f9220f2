import type { Context, FailureEventArgs } from 'inngest';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { closeAbandoned } from './close-abandoned.ts';
import { failedEnding } from './finish-run.ts';
import { isLastAttempt } from './is-last-attempt.ts';
import { laneSteps } from './run-step.ts';
import { tellClosed } from './tell-closed.ts';

/** The net under every workflow: closes a run that ended without closing itself, by a fault outside its steps. */
export async function closeAfterFailure(context: Context.Any & FailureEventArgs): Promise<void> {
  const failed = context.event.data;
  const runId = deriveRunId(failed.event.ts ?? 0, failed.run_id);
  const steps = laneSteps(context, { runId, number: '99' });
  const closed = await steps.run('close-after-failure', (workspace) =>
    closeAbandoned(workspace, runId, {
      ending: failedEnding(context.error),
      isLastAttempt: isLastAttempt(context),
    }),
  );
  await tellClosed(context.step, closed);
}

import { z } from 'zod';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { inngest } from './client.ts';
import { closeAbandoned } from './close-abandoned.ts';
import { runCancelled } from './events.ts';
import { failedEnding } from './finish-run.ts';
import { isLastAttempt } from './is-last-attempt.ts';
import { laneSteps } from './run-step.ts';
import { tellClosed } from './tell-closed.ts';

/** What an engine tells of a run that an event or a time limit has ended (Inngest manual, "System events"). */
const cancelledData = z.object({
  function_id: z.string(),
  run_id: z.string(),
  event: z.object({ ts: z.number().optional() }),
});

/**
 * Closes a cancelled run: a cancellation ends the function where it stands and calls no failure handler, so what it
 * holds has to be let go from outside. Lanes are cancelled with their run and leave nothing of their own.
 */
export const closeCancelled = inngest.createFunction(
  {
    id: 'close-cancelled',
    retries: 5,
    triggers: [{ event: 'inngest/function.cancelled' }],
    // A run and its parts may be cancelled at one moment, and the run closes its parts too: one after the other.
    concurrency: { limit: 1 },
  },
  async (context) => {
    const cancelled = cancelledData.parse(context.event.data);
    if (cancelled.function_id.endsWith('-lane')) return;
    const runId = deriveRunId(cancelled.event.ts ?? 0, cancelled.run_id);
    const steps = laneSteps(context, { runId, number: '99' });
    const closed = await steps.run('close-cancelled', (workspace) => {
      const cause = new CancelledError(`Run ${runId} was cancelled.`, {
        code: 'cancelled',
        hint: 'Nothing of it is left; start it again when you want it.',
      });
      return closeAbandoned(workspace, runId, { ending: failedEnding(cause), isLastAttempt: isLastAttempt(context) });
    });
    // An engine ends a run and not the runs that are its parts.
    for (const { outcome, eventId } of closed.filter(({ outcome }) => outcome.run !== runId)) {
      const data = { run: outcome.run, eventId };
      await context.step.sendEvent(`cancel-${outcome.kind}`, { name: runCancelled.name, data });
    }
    await tellClosed(context.step, closed);
  },
);

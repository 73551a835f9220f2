import { inngest } from '#inngest/client.ts';
import { discardRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { discardFinished } from '#lib/cutover/discard-finished.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';

/** Drops what a finished restore or transfer has put aside; with it goes the way back. */
export const discard = inngest.createFunction(
  { id: 'discard', ...workflowOptions, triggers: [{ event: discardRequested }] },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const request = event.data;

    const run = await steps.run('open', async (workspace) => {
      const cutover = await findCutover(workspace, request.run).catch(() => undefined);
      const about = { runId: steps.runId, context, connection: null, target: cutover?.target ?? null, backup: null };
      return openWorkflowRun(workspace, { ...about, kind: 'discard' });
    });

    const ending = await steps
      .run('discard', (workspace) => discardFinished(workspace, request.run))
      .then((cutover): Ending => {
        const message = `What run ${cutover.run} had put aside is dropped; ${cutover.target} serves what it served.`;
        const outcome = { discarded: cutover.run, cutover };
        return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
      })
      .catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

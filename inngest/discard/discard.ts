import { inngest } from '#inngest/client.ts';
import { discardRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { discardFinished } from '#lib/cutover/discard-finished.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { discardRecovery } from '#lib/recovery/discard-recovery.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** Drops what a finished restore or transfer has put aside, and with it the way back; or the side schema of a recovery. */
export const discard = inngest.createFunction(
  { id: 'discard', ...workflowOptions, triggers: [{ event: discardRequested }] },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const request = event.data;

    const run = await steps.run('open', async (workspace) => {
      const subject = await readRun(workspace.repository, request.run);
      const cutover = await findCutover(workspace, request.run).catch(() => undefined);
      const target = subject?.kind === 'recover' ? subject.target : (cutover?.target ?? null);
      const about = { runId: steps.runId, context, connection: null, target, backup: null };
      return openWorkflowRun(workspace, { ...about, kind: 'discard' });
    });

    const ending = await steps
      .run('discard', (workspace) => discardKept(workspace, { subject: request.run, by: run.id }))
      .then(({ message, outcome }): Ending => {
        return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
      })
      .catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

/** Safe to run twice, as both kinds of discard are. */
async function discardKept(
  workspace: Workspace,
  { subject: runId, by }: { subject: string; by: string },
): Promise<Pick<Ending, 'message' | 'outcome'>> {
  const subject = await readRun(workspace.repository, runId);
  if (subject?.kind === 'recover') {
    const { plan, target, isGivenUp } = await discardRecovery(workspace, subject, { by });
    if (isGivenUp) {
      const message = `The config has no connection ${target} any more: run ${runId} is given up. If its database is still there, so are the side schema ${plan.schema} and the schema holdfast that the run has left in it.`;
      return { message, outcome: { discarded: runId, givenUp: plan.schema } };
    }
    const message = `The side schema ${plan.schema} of run ${runId} is dropped; the live tables of ${target} are as they were.`;
    return { message, outcome: { discarded: runId, sideSchema: plan.schema } };
  }
  const cutover = await discardFinished(workspace, runId);
  const message = `What run ${cutover.run} had put aside is dropped; ${cutover.target} serves what it served.`;
  return { message, outcome: { discarded: cutover.run, cutover } };
}

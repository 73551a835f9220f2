import { inngest } from '#inngest/client.ts';
import { rollbackRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { invokeWorkflow } from '#inngest/invoke-workflow.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { RecordedFailure } from '#inngest/recorded-failure.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { rollBackCutover } from '#lib/cutover/carry-out.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { writeCutover } from '#lib/cutover/cutover-store.ts';
import { liftFences } from '#lib/cutover/fence.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { previewRollback } from '#lib/cutover/preview-rollback.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** Brings back what a restore or a transfer has put aside; what was live meanwhile is put aside in its turn. */
export const rollback = inngest.createFunction(
  { id: 'rollback', ...workflowOptions, triggers: [{ event: rollbackRequested }] },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const engine = { steps, step };
    const request = event.data;

    const run = await steps.run('open', async (workspace) => {
      const cutover = await findCutover(workspace, request.run).catch(() => undefined);
      const about = { runId: steps.runId, context, connection: null, target: cutover?.target ?? null, backup: null };
      return openWorkflowRun(workspace, { ...about, kind: 'rollback' });
    });

    let subject: string | undefined;
    const rollBack = async (): Promise<Ending> => {
      const { cutover, checks, walBytes } = await steps.run('preview', (workspace) =>
        previewRollback(workspace, request),
      );
      subject = cutover.run;
      const refusal = refusalOf(checks);
      if (refusal) return { ...refusal, outcome: { rolledBack: cutover.run, preflight: checks } };
      const { details, target } = cutover;
      const message = `Connection ${target} serves again what it served before run ${cutover.run}.`;
      const done = { status: 'completed', exitCode: exitCodes.done, message, error: null } as const;
      if (details.strategy === 'in-place' && details.safetyBackup !== null) {
        const { connection: from, backupId: backup } = details.safetyBackup;
        const data = { backup, from, to: target, strategy: 'in-place', replace: true, confirm: target };
        const ended = await invokeWorkflow(engine, { kind: 'restore', slug: 'bring-back', data });
        if (ended.error) throw new RecordedFailure(ended.error);
        await steps.run('lift-fences', (workspace) => liftFencesOf(workspace, cutover.run));
        // Safe to run twice: writes the same.
        const back: Cutover = { ...cutover, state: 'rolled-back' };
        await steps.run('note', ({ repository }) => writeCutover(repository, back));
        return { ...done, outcome: { rolledBack: cutover.run, walBytes, cutover: back, restore: ended.run } };
      }
      const back = await steps.run('roll-back', (workspace) => rollBackCutover(workspace, cutover.run));
      await steps.run('lift-fences', (workspace) => liftFencesOf(workspace, cutover.run));
      return { ...done, outcome: { rolledBack: cutover.run, walBytes, cutover: back } };
    };
    const ending = await rollBack().catch((cause: unknown): Ending => {
      // Who is told of the failure wants to know where the databases of that run are.
      return { ...failedEnding(cause), outcome: subject === undefined ? null : { rolledBack: subject } };
    });
    return finishRun(engine, { run, ending });
  },
);

/** The fence of the restore, and that of the transfer which it is a part of, whichever of them was named. */
async function liftFencesOf(workspace: Workspace, run: string): Promise<void> {
  const { parent } = (await readRun(workspace.repository, run)) ?? { parent: null };
  await liftFences(workspace, parent === null ? [run] : [run, parent]);
}

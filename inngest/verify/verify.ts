import { inngest } from '#inngest/client.ts';
import { verifyRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { joinLanes } from '#inngest/lane.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { findManifest, readManifest } from '#lib/manifest/manifest-store.ts';
import { checkTotals } from '#lib/verify/check-totals.ts';
import { concludeVerify, verifyError } from '#lib/verify/conclude-verify.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { readDamage } from '#lib/verify/verify-objects.ts';
import { verifyLane } from './verify-lane.ts';

/** Reads every object of a backup and names all that are damaged. */
export const verify = inngest.createFunction(
  {
    id: 'verify',
    ...workflowOptions,
    triggers: [{ event: verifyRequested }],
    concurrency: { key: 'event.data.backup', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const request = event.data;

    const run = await steps.run('open', (workspace) =>
      openWorkflowRun(workspace, {
        runId: steps.runId,
        context,
        kind: 'verify',
        connection: request.from ?? null,
        target: null,
        backup: request.backup,
      }),
    );

    const readAll = async (): Promise<Ending> => {
      const { backup, lanes } = await steps.run('plan', async ({ config, repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, { backup: request.backup, connection: request.from });
        const plan = planVerify(manifest, { lanes: config.lanes });
        return {
          backup: { connection: manifest.connection, backupId: manifest.id },
          lanes: plan.lanes.map((objects) => objects.length),
        };
      });

      await joinLanes(
        lanes.map((objects, lane) => {
          const about = { lane, lanes: lanes.length, objects, backup };
          const data = { runId: run.id, number: steps.nextNumber(), ...about };
          return step.invoke(`verify-${lane}`, { function: verifyLane, data });
        }),
      );

      const outcome = await steps.run('conclude', async ({ repository }) => {
        // Safe to run twice: reads only.
        const manifest = await readManifest(repository, backup);
        const damage = [...checkTotals(manifest), ...(await readDamage(repository, run.id))];
        return concludeVerify(manifest, { damage, totals: planVerify(manifest, { lanes: 1 }).totals });
      });
      const error = verifyError(outcome);
      if (error) return { status: 'failed', exitCode: error.exitCode, message: error.message, outcome, error };
      const message = `Backup ${outcome.backup} of ${outcome.connection} is whole: ${outcome.objects} objects read.`;
      return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
    };
    const ending = await readAll().catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

import { inngest } from '#inngest/client.ts';
import { verifyRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { joinLanes } from '#inngest/lane.ts';
import { nameBackup } from '#inngest/name-backup.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { findManifest, readManifest } from '#lib/manifest/manifest-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { checkTotals } from '#lib/verify/check-totals.ts';
import { concludeVerify, describeVerify, verifyError } from '#lib/verify/conclude-verify.ts';
import { noteSharedDamage } from '#lib/verify/note-shared-damage.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { quarantineDamaged } from '#lib/verify/quarantine.ts';
import { readDamage } from '#lib/verify/verify-objects.ts';
import { verifyLane } from './verify-lane.ts';

/**
 * Reads every object of a backup, or a part of them, and names all that are damaged. What was found is kept with the
 * backup; what is damaged is put aside, so that the next backup stores it again.
 */
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

    const run = await steps.run('open', async (workspace) =>
      openWorkflowRun(workspace, {
        runId: steps.runId,
        context,
        kind: 'verify',
        ...(await nameBackup(workspace, request)),
        target: null,
      }),
    );

    const { sample: percent = null } = request;
    const sample = percent === null || percent >= 100 ? null : { percent, seed: run.id };

    const readAll = async (): Promise<Ending> => {
      const { backup, lanes } = await steps.run('plan', async ({ config, repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, {
          ...{ backup: run.backup ?? request.backup, connection: run.connection ?? request.from },
        });
        const plan = planVerify(manifest, { lanes: config.lanes, sample });
        return {
          backup: { connection: manifest.connection, backupId: manifest.id },
          lanes: plan.lanes.map((objects) => objects.length),
        };
      });

      await joinLanes(
        lanes.map((objects, lane) => {
          const about = { lane, lanes: lanes.length, objects, backup, sample };
          const data = { runId: run.id, number: steps.nextNumber(), ...about };
          return step.invoke(`verify-${lane}`, { function: verifyLane, data });
        }),
      );

      const outcome = await steps.run('conclude', async ({ config, repository }) => {
        // Safe to run twice: what was put aside is not there a second time, and the check's key is that of the run.
        const manifest = await readManifest(repository, backup);
        const damage = [...checkTotals(manifest), ...(await readDamage(repository, run.id))];
        const plan = planVerify(manifest, { lanes: 1, sample });
        const concluded = concludeVerify(manifest, { damage, plan, percent: sample?.percent ?? null });
        const at = new Date().toISOString();
        await recordCheck(repository, backup, {
          ...{ kind: sample === null ? 'verify' : 'sample', passed: damage.length === 0, run: run.id },
          ...{ at, how: describeVerify(concluded), recoveryMs: null },
        });
        const about = { runId: run.id, backup, damage, at, budgetMs: config.stepBudgetMs };
        const { backups, notRead } = await noteSharedDamage(repository, about);
        const shared = { backups: backups.slice(0, 200), notRead };
        const objects = plan.lanes.flat();
        const quarantined = await quarantineDamaged(repository, { runId: run.id, damage, objects });
        return { ...concluded, shared, quarantined };
      });
      const error = verifyError(outcome);
      if (error) return { status: 'failed', exitCode: error.exitCode, message: error.message, outcome, error };
      const message = `Backup ${outcome.backup} of ${outcome.connection} is ${sample ? 'not known to be damaged' : 'whole'}: ${describeVerify(outcome)}.`;
      return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
    };
    const ending = await readAll().catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

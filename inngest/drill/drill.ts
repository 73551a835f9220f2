import { inngest } from '#inngest/client.ts';
import { drillRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { invokeWorkflow } from '#inngest/invoke-workflow.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { chooseDrillPlace } from '#lib/drill/choose-place.ts';
import { isPlaceGone, setUpPlace, takeDownPlace } from '#lib/drill/set-up-place.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { drilledEnding, notDrilledEnding } from './endings.ts';

/** How often a restore is begun whose scratch server was lost: the machine was restarted, the server was killed. */
const mostAttempts = 3;

/**
 * Restores a backup to staging, proves the copy by content, and drops it: a backup is not called good before. Live data
 * is never touched. The restore measures the recovery and keeps the proof with the backup.
 */
export const drill = inngest.createFunction(
  {
    id: 'drill',
    ...workflowOptions,
    triggers: [{ event: drillRequested }],
    concurrency: { key: 'event.data.connection', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const engine = { steps, step };
    const { connection, backup: named = 'latest', to, lanes } = event.data;

    const run = await steps.run('open', (workspace) => {
      const about = { runId: steps.runId, context, connection, target: to ?? null, backup: named };
      return openWorkflowRun(workspace, { ...about, kind: 'drill' });
    });

    let found: string | null = run.backup;
    const recover = async (): Promise<Ending> => {
      const { backup, major, place, rtoMs } = await steps.run('plan', async ({ config, repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, { backup: named, connection });
        const environment = readEnvironment();
        return {
          backup: manifest.id,
          major: manifest.source.major,
          place: chooseDrillPlace(config, { runId: run.id, connection, to, environment }),
          rtoMs: config.care.get(connection)?.rtoMs ?? null,
        };
      });
      found = backup;

      for (let attempt = 1; ; attempt++) {
        const on = await steps.run(`set-up-${attempt}`, ({ repository }) =>
          setUpPlace(repository, { runId: run.id, place, major }),
        );
        const { target } = place;
        const asked = { backup, from: connection, to: target, confirm: target, lanes };
        const restore = await invokeWorkflow(engine, {
          kind: 'restore',
          slug: `restore-${attempt}`,
          data: { ...asked, cutover: false, drill: true, proof: 'content' },
        });
        const drilled = { connection, backup, on, place, rtoMs, attempts: attempt, restore };
        if (restore.error === null) return drilledEnding(drilled);
        const isVerdict = restore.exitCode === exitCodes.proofFailed || restore.exitCode === exitCodes.damaged;
        if (isVerdict || attempt === mostAttempts) return notDrilledEnding(drilled);
        // Safe to run twice: looks only.
        const isGone = await steps.run(`look-${attempt}`, ({ config }) => isPlaceGone(config, place));
        if (!isGone) return notDrilledEnding(drilled);
      }
    };
    const ending = await recover().catch(failedEnding);
    await steps
      .run('take-down', ({ repository }) => takeDownPlace(repository, run.id))
      // What it came to stands; a server that could not be ended keeps its mark, and the next sweep takes it down.
      .catch(() => undefined);
    return finishRun(engine, { run: { ...run, backup: found }, ending });
  },
);

import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { loadSideTables } from '#lib/recovery/load-side-tables.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';

const loadLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  lane: z.int(),
  /** How many chunks the lane has. */
  chunks: z.int(),
  backup: z.object({ connection: z.string(), backupId: z.string() }),
  target: z.string(),
});

/** One lane of a recovery: loads its chunks into the side tables in time-boxed steps. */
export const recoverLoadLane = inngest.createFunction(
  { ...laneOptions, id: 'recover-load-lane', triggers: [invoke(loadLaneData)] },
  async (context) => {
    const { runId, number, lane, chunks, backup, target } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(chunks, (from) =>
      steps.run(`load-${from}`, async ({ config, repository }) =>
        loadSideTables(
          { runId, lane, from },
          {
            plan: await readRecoveryPlan(repository, runId),
            manifest: await readManifest(repository, backup),
            target: findConnection(config, target),
            repository,
            budgetMs: config.stepBudgetMs,
          },
        ),
      ),
    );
  },
);

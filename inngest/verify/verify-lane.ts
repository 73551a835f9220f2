import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { planVerify } from '#lib/verify/plan-verify.ts';
import { verifyObjects } from '#lib/verify/verify-objects.ts';

const verifyLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  lane: z.int(),
  /** Of how many lanes; with it every step plans the same lists. */
  lanes: z.int(),
  /** How many objects the lane has. */
  objects: z.int(),
  backup: z.object({ connection: z.string(), backupId: z.string() }),
  /** Which part is read; `null`: all. */
  sample: z.object({ percent: z.number(), seed: z.string() }).nullable(),
});

/** One lane of a verification: reads its objects in time-boxed steps. */
export const verifyLane = inngest.createFunction(
  { ...laneOptions, id: 'verify-lane', triggers: [invoke(verifyLaneData)] },
  async (context) => {
    const { runId, number, lane, lanes, objects, backup, sample } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(objects, (from) =>
      steps.run(`verify-${from}`, async ({ config, repository }) => {
        const manifest = await readManifest(repository, backup);
        return verifyObjects(
          { runId, lane, from },
          {
            objects: planVerify(manifest, { lanes, sample }).lanes[lane] ?? [],
            codec: manifest.codec,
            repository,
            budgetMs: config.stepBudgetMs,
          },
        );
      }),
    );
  },
);

import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { locate, placeSchema } from '#lib/postgres/place.ts';
import { loadChunks } from '#lib/restore/load-chunks.ts';
import { readRestorePlan } from '#lib/restore/restore-state.ts';

const loadLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  lane: z.int(),
  /** How many chunks the lane has. */
  chunks: z.int(),
  backup: z.object({ connection: z.string(), backupId: z.string() }),
  target: z.string(),
  place: placeSchema,
});

/** One lane of a restore: loads its chunks in time-boxed steps. */
export const loadLane = inngest.createFunction(
  { ...laneOptions, id: 'restore-load-lane', triggers: [invoke(loadLaneData)] },
  async (context) => {
    const { runId, number, lane, chunks, backup, target, place } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(chunks, (from) =>
      steps.run(`load-${from}`, async ({ config, repository }) => {
        const plan = await readRestorePlan(repository, runId);
        return loadChunks(
          { runId, lane, from },
          {
            items: plan.rows[lane] ?? [],
            manifest: await readManifest(repository, backup),
            target: locate(findConnection(config, target), place),
            repository,
            budgetMs: config.stepBudgetMs,
          },
        );
      }),
    );
  },
);

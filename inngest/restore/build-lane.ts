import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { locate, placeSchema } from '#lib/postgres/place.ts';
import { applyGroups } from '#lib/restore/apply-statements.ts';
import { readRestorePlan } from '#lib/restore/restore-state.ts';

const buildLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  wave: z.int(),
  lane: z.int(),
  /** How many groups of statements the lane has in this wave. */
  groups: z.int(),
  target: z.string(),
  place: placeSchema,
  lowerTarget: z.string().nullable(),
});

/** One lane of a wave: indexes, constraints, sequences, matviews or statistics, in time-boxed steps. */
export const buildLane = inngest.createFunction(
  { ...laneOptions, id: 'restore-build-lane', triggers: [invoke(buildLaneData)] },
  async (context) => {
    const { runId, number, wave, lane, groups, target, lowerTarget, place } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(groups, (from) =>
      steps.run(`build-${from}`, async ({ config, repository }) => {
        const plan = await readRestorePlan(repository, runId);
        return applyGroups(
          { runId, lane: `build-${wave}-${lane}`, phase: plan.waves[wave]?.name ?? 'post-data', from },
          {
            groups: plan.waves[wave]?.lanes[lane] ?? [],
            target: locate(findConnection(config, target), place),
            repository,
            budgetMs: config.stepBudgetMs,
            lowerTarget: lowerTarget ?? undefined,
          },
        );
      }),
    );
  },
);

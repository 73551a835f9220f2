import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { readProofPlan, writeReadings } from '#lib/proof/proof-store.ts';
import { readCopy } from '#lib/proof/read-copy.ts';

const proofLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  lane: z.int(),
  /** How many parts of tables the lane has. */
  parts: z.int(),
  /** COPY text of the tables, for the progress. */
  totalBytes: z.number(),
  target: z.string(),
});

/** One lane of a recovery's proof: reads its parts of the side tables back in time-boxed steps. */
export const recoverProofLane = inngest.createFunction(
  { ...laneOptions, id: 'recover-proof-lane', triggers: [invoke(proofLaneData)] },
  async (context) => {
    const { runId, number, lane, parts, totalBytes, target } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(parts, (from) =>
      steps.run(`read-${from}`, async ({ config, repository }) => {
        // Safe to run twice: reads only, and each attempt keeps what it has read under a key of its own.
        const plan = await readProofPlan(repository, runId);
        const about = { target: findConnection(config, target), repository, budgetMs: config.stepBudgetMs };
        const { next, readings } = await readCopy({ runId, lane, from }, { plan, totalBytes, ...about });
        await writeReadings(repository, { runId, lane, from }, readings);
        return { next };
      }),
    );
  },
);

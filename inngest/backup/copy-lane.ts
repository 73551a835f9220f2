import { invoke } from 'inngest';
import { z } from 'zod';
import { inngest } from '#inngest/client.ts';
import { workOff } from '#inngest/lane.ts';
import { laneSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import { copyPieces } from '#lib/backup/copy-pieces.ts';
import { readBackupPlan } from '#lib/backup/plan-store.ts';
import { snapshotSchema } from '#lib/backup/snapshot.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { locate, placeSchema } from '#lib/postgres/place.ts';

const copyLaneData = z.object({
  runId: z.string(),
  number: z.string(),
  epoch: z.int(),
  lane: z.int(),
  /** How many pieces the lane has. */
  pieces: z.int(),
  connection: z.string(),
  /** Where the connection's database is read. */
  place: placeSchema,
  snapshot: snapshotSchema,
});

/** One lane of a backup: copies its pieces in time-boxed steps. */
export const copyLane = inngest.createFunction(
  { ...laneOptions, id: 'backup-copy-lane', triggers: [invoke(copyLaneData)] },
  async (context) => {
    const { runId, number, epoch, lane, pieces, connection, place, snapshot } = context.event.data;
    const steps = laneSteps(context, { runId, number });
    return workOff(pieces, (from) =>
      steps.run(`copy-${from}`, async ({ config, repository }) =>
        copyPieces(
          { runId, epoch, lane, from },
          {
            plan: await readBackupPlan(repository, { runId, epoch }),
            connection: locate(findConnection(config, connection), place),
            snapshot,
            repository,
            budgetMs: config.stepBudgetMs,
            lockTimeoutMs: config.lockTimeoutMs,
          },
        ),
      ),
    );
  },
);

import { cron } from 'inngest';
import { logTick } from '#inngest/audit/log-tick.ts';
import { inngest } from '#inngest/client.ts';
import { pruneRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { type RunSteps, workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { addDeletion, noDeletion } from '#lib/garbage/deletion-total.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findInUse } from '#lib/retention/find-in-use.ts';
import { planPrune } from '#lib/retention/plan-prune.ts';
import { writePrunePlan } from '#lib/retention/prune-store.ts';
import { listGoing, removePlanned } from '#lib/retention/remove-planned.ts';
import { listGarbage, sweepGarbage } from '#lib/retention/sweep-garbage.ts';
import { tidyRepository } from '#lib/retention/tidy-repository.ts';
import { type RenewedIndex, renewIndex } from '#lib/summaries/renew-index.ts';
import { prunedEnding, type Removed, type Swept } from './endings.ts';

/**
 * Removes the backups that no rule keeps, then sweeps the chunks that no backup names. Daily, after each backup of a
 * connection with a retention, and when asked.
 */
export const prune = inngest.createFunction(
  {
    id: 'prune',
    ...workflowOptions,
    triggers: [cron('47 4 * * *'), { event: pruneRequested }],
    concurrency: { limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const request = pruneRequested.schema.safeParse(event.data).data ?? {};
    const connection = request.connection ?? null;
    const run = await steps.run('open', async (workspace) => {
      // Safe to run twice: the record and its entry in the log are written once.
      const about = { runId: steps.runId, context, connection, target: null, backup: null };
      const opened = await openWorkflowRun(workspace, { ...about, kind: 'prune' });
      await logTick(workspace, { context, run: opened, asks: pruneRequested.name });
      return opened;
    });

    const pruneAll = async (): Promise<Ending> => {
      const plan = await steps.run('plan', async (workspace) => {
        // Safe to run twice: what has gone since is planned no more.
        const planned = await planPrune(workspace, { connection: request.connection, now: new Date() });
        await writePrunePlan(workspace.repository, run.id, planned);
        const going = listGoing(planned);
        const ids = going.slice(0, 200).map(({ backupId }) => backupId);
        return { going: going.length, kept: planned.length - going.length, ids };
      });
      const removed = await removeAll(steps, { runId: run.id, going: plan.going });
      const sweep = await sweepAll(steps, run.id);
      const tidied = await steps.run('tidy', (workspace) => tidyRepository(workspace, run.id));
      await steps.run('renew-index', ({ repository }) => renewIndexIfPossible(repository));
      return prunedEnding({ plan, removed, sweep, tidied });
    };
    const ending = await pruneAll().catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

/** Safe to run twice. Nothing is lost without the index but time: what keeps it from being renewed fails no prune. */
async function renewIndexIfPossible(repository: Repository): Promise<RenewedIndex | { problem: string }> {
  try {
    return await renewIndex(repository, { anew: false });
  } catch (cause) {
    if (cause instanceof HoldfastError) return { problem: cause.message };
    throw cause;
  }
}

async function removeAll(steps: RunSteps, { runId, going }: { runId: string; going: number }): Promise<Removed> {
  const all: Removed = { removed: 0, spared: 0, objects: noDeletion };
  for (let from = 0; from < going; ) {
    const step = await steps.run(`remove-${from}`, (workspace) => removePlanned(workspace, { runId, from }));
    all.removed += step.removed;
    all.spared += step.spared;
    all.objects = addDeletion(all.objects, step.objects);
    from = step.next;
  }
  return all;
}

async function sweepAll(steps: RunSteps, runId: string): Promise<Swept> {
  const { openBackups, found } = await steps.run('find-garbage', async (workspace) => {
    // Safe to run twice: reads, and each attempt writes lists of its own.
    const { openBackups } = await findInUse(workspace, [], new Date());
    return { openBackups, found: openBackups.length > 0 ? null : await listGarbage(workspace, runId) };
  });
  let objects = noDeletion;
  const { attempt, lists } = found ?? { attempt: '', lists: 0 };
  for (let part = 0; part < lists; part++) {
    const swept = await steps.run(`sweep-${part}`, ({ repository }) =>
      sweepGarbage(repository, { runId, attempt, part }),
    );
    objects = addDeletion(objects, swept);
  }
  return { found, openBackups, objects };
}

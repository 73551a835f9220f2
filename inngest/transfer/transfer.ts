import { inngest } from '#inngest/client.ts';
import { transferRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { invokeWorkflow } from '#inngest/invoke-workflow.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { countSourceWrites, noteSourceWrites } from '#lib/backup/source-writes.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { liftFence, raiseFence } from '#lib/cutover/fence.ts';
import { preflightTransfer } from '#lib/cutover/preflight-transfer.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { endedEarly, transferredEnding } from './endings.ts';

/** Backup, restore, proof and cut-over from one connection to another, as one run. */
export const transfer = inngest.createFunction(
  {
    id: 'transfer',
    ...workflowOptions,
    triggers: [{ event: transferRequested }],
    concurrency: { key: 'event.data.to', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const engine = { steps, step };
    const { from, to, fence, lanes, ...rest } = event.data;

    const run = await steps.run('open', (workspace) => {
      const about = { runId: steps.runId, context, connection: from, target: to, backup: null };
      return openWorkflowRun(workspace, { ...about, kind: 'transfer' });
    });

    let found: string | null = null;
    const carryOver = async (): Promise<Ending> => {
      const checks = await steps.run('preflight', async (workspace) => {
        // Safe to run twice: reads only.
        const { checks } = await preflightTransfer(workspace, { runId: run.id, request: event.data });
        return checks;
      });
      const refusal = refusalOf(checks);
      if (refusal) return { ...refusal, outcome: { preflight: checks } };

      if (fence) await steps.run('fence', (workspace) => raiseFence(workspace, { run: run.id, connection: from }));
      await steps.run('note-writes', ({ config, repository }) =>
        noteSourceWrites(findConnection(config, from), { repository, runId: run.id }),
      );
      const backup = await invokeWorkflow(engine, {
        kind: 'backup',
        slug: 'backup',
        data: { connection: from, label: `transfer ${run.id}`, lanes },
      });
      found = backup.backup;
      if (backup.error) return endedEarly({ backup });

      const restore = await invokeWorkflow(engine, {
        kind: 'restore',
        slug: 'restore',
        data: { backup: backup.backup, from, to, lanes, ...rest },
      });
      if (restore.error) return endedEarly({ backup, restore });

      const writes = await steps
        .run('count-writes', ({ config, repository }) =>
          countSourceWrites(findConnection(config, from), { repository, runId: run.id }),
        )
        // The copy is live by now: that the source does not tell any more undoes nothing.
        .catch(() => null);
      return transferredEnding({ from, to, fenced: fence === true, backup, restore, writes });
    };
    const ending = await carryOver()
      .catch(failedEnding)
      .then(async (ended) => {
        if (fence && ended.status !== 'completed') {
          await steps.run('lift-fence', (workspace) => liftFence(workspace, run.id));
        }
        return ended;
      });
    return finishRun(engine, { run: { ...run, backup: found }, ending });
  },
);

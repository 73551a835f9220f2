import { cron } from 'inngest';
import { logTick } from '#inngest/audit/log-tick.ts';
import { inngest } from '#inngest/client.ts';
import { closeAbandoned } from '#inngest/close-abandoned.ts';
import { sweepRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { type RunSteps, workflowSteps } from '#inngest/run-step.ts';
import { tellClosed } from '#inngest/tell-closed.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { releaseSnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import { discardFinished } from '#lib/cutover/discard-finished.ts';
import { planSweep, type SweepAction } from '#lib/cutover/plan-sweep.ts';
import { readKeptRuns } from '#lib/cutover/read-kept-runs.ts';
import { takeDownPlace } from '#lib/drill/set-up-place.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { releaseRecovery } from '#lib/recovery/release-recovery.ts';
import { tellLeft } from '#lib/recovery/tell-left.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { sweepScratchConnections } from '#lib/scratch/scratch-connection.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** Runs looked after in one sweep; the rest waits for the next one. */
const mostActions = 50;

/** Takes away what nobody has taken away: databases put aside long enough ago, and whatever dead runs have left. */
export const sweep = inngest.createFunction(
  { id: 'sweep', ...workflowOptions, triggers: [cron('17 3 * * *'), { event: sweepRequested }] },
  async (context) => {
    const { step } = context;
    const steps = workflowSteps(context);
    const run = await steps.run('open', async (workspace) => {
      // Safe to run twice: the record and its entry in the log are written once.
      const about = { runId: steps.runId, context, connection: null, target: null, backup: null };
      const opened = await openWorkflowRun(workspace, { ...about, kind: 'sweep' });
      await logTick(workspace, { context, run: opened, asks: sweepRequested.name });
      return opened;
    });

    const takeAway = async (): Promise<Ending> => {
      const actions = await steps.run('plan', async (workspace) => {
        // Safe to run twice: reads only.
        const { keepPreviousMs, deadAfterMs } = workspace.config;
        const planned = planSweep(await readKeptRuns(workspace), { now: new Date(), keepPreviousMs, deadAfterMs });
        return planned.slice(0, mostActions);
      });
      const failures: string[] = [];
      const left: string[] = [];
      for (const action of actions) {
        // One run that cannot be swept must not keep the others from it.
        await sweepRun({ steps, step }, action).then(
          (stays) => left.push(...(stays === null ? [] : [`${action.run}: ${stays}`])),
          (cause: unknown) => failures.push(`${action.run}: ${cause instanceof Error ? cause.message : cause}`),
        );
      }
      const swept = actions.length - failures.length - left.length;
      await steps
        // Safe to run twice: what is gone is not there. Servers of runs whose record is gone have nobody else.
        .run('sweep-scratch', async () => void (await sweepScratchConnections()))
        .catch((cause: unknown) => {
          failures.push(`scratch servers: ${cause instanceof Error ? cause.message : cause}`);
        });
      const message = `${swept} of ${actions.length} runs were swept.${[...failures, ...left].map((line) => ` ${line}`).join('')}`;
      const outcome = { actions, failures, left };
      if (failures.length === 0)
        return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
      const error = {
        ...{ name: 'SweepFailed', code: 'sweep_failed', message, exitCode: exitCodes.unexpected },
        hint: 'The next sweep tries again; see the run’s record for what stood in the way.',
      };
      return { status: 'failed', exitCode: exitCodes.unexpected, message, outcome, error };
    };
    const ending = await takeAway().catch(failedEnding);
    return finishRun({ steps, step }, { run, ending });
  },
);

/** Answers what the run has left that only a person can take away now. */
async function sweepRun(
  { steps, step }: { steps: RunSteps; step: Parameters<typeof tellClosed>[0] },
  { run, action, because }: SweepAction,
): Promise<string | null> {
  if (action === 'discard') {
    await steps.run(`discard-${run}`, async (workspace) => void (await discardFinished(workspace, run)));
    return null;
  }
  if (action === 'release') return steps.run(`release-${run}`, (workspace) => release(workspace, run));
  const closed = await steps.run(`close-${run}`, (workspace) => {
    const cause = new CancelledError(`Run ${run} was given up: ${because}.`, {
      code: 'given_up',
      hint: 'Nothing of it is left; start it again when you want it.',
    });
    // What is out of reach now is left to the next sweep.
    return closeAbandoned(workspace, run, { ending: failedEnding(cause), isLastAttempt: false });
  });
  await tellClosed(step, closed);
  return null;
}

/** Safe to run twice: what is gone stays gone. */
async function release(workspace: Workspace, run: string): Promise<string | null> {
  const record = await readRun(workspace.repository, run);
  if (record?.kind === 'drill') await takeDownPlace(workspace.repository, run);
  else if (record?.kind === 'recover') return releaseSideSchema(workspace, run);
  else await releaseSnapshotBranch(workspace, run);
  return null;
}

/** The mark stays, and the next sweep tries again; it is no alarm of every night. */
async function releaseSideSchema(workspace: Workspace, run: string): Promise<string | null> {
  try {
    await releaseRecovery(workspace, run);
    return null;
  } catch (cause) {
    const reason = tellLeft(cause);
    if (reason === undefined) throw cause;
    return `${reason} \`holdfast discard ${run}\` takes away what can be taken away.`;
  }
}

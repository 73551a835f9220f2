import type { Context } from 'inngest';
import { runApproved } from '#inngest/events.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { clearWaiting, markWaiting } from '#lib/runs/waiting-store.ts';

/** Waits for a person to let the proven copy go live; answers `false` where nobody did so in time. */
export async function awaitApproval(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { backup, to }: { backup: string; to: string },
): Promise<boolean> {
  const { timeoutMs } = await steps.run('ask-approval', async ({ config, repository }) => {
    // Safe to run twice: the first time limit stays.
    const until = new Date(Date.now() + config.approvalTimeoutMs).toISOString();
    await markWaiting(repository, steps.runId, {
      for: 'approval',
      what: `backup ${backup} to go live as ${to}`,
      until,
    });
    return { timeoutMs: config.approvalTimeoutMs };
  });
  const approval: unknown = await step.waitForEvent('approval', {
    event: runApproved,
    timeout: timeoutMs,
    if: `async.data.run == "${steps.runId}"`,
  });
  return steps.run('approved', async ({ repository }) => {
    // Safe to run twice: removes a mark.
    await clearWaiting(repository, steps.runId);
    return approval !== null;
  });
}

import type { Context } from 'inngest';
import type { z } from 'zod';
import type { restoreRequested } from '#inngest/events.ts';
import { type Ending, rollbackFailedEnding } from '#inngest/finish-run.ts';
import { invokeWorkflow } from '#inngest/invoke-workflow.ts';
import { RecordedFailure } from '#inngest/recorded-failure.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { liftFence } from '#lib/cutover/fence.ts';
import { undoCutover } from '#lib/cutover/undo-cutover.ts';

/**
 * Takes back what a restore that did not come to a good end has done to its target, and lifts its fence either way.
 * Where the target was replaced in place, its safety backup is restored. A failure in here is the one that needs a person.
 */
export async function undoRestore(
  engine: { steps: RunSteps; step: Context.Any['step'] },
  { request, fenced, ending }: { request: z.infer<typeof restoreRequested.schema>; fenced: boolean; ending: Ending },
): Promise<Ending> {
  const { steps } = engine;
  const keepStaging = request.keepStaging === true && ending.status === 'proof-failed';
  try {
    if (ending.status !== 'completed') {
      const { runId } = steps;
      const { bringBack } = await steps.run('undo', (workspace) => undoCutover(workspace, { runId, keepStaging }));
      if (bringBack !== null) {
        const { connection, backupId } = bringBack;
        const data = { backup: backupId, from: connection, to: request.to, strategy: 'in-place', confirm: request.to };
        const { error } = await invokeWorkflow(engine, { kind: 'restore', slug: 'bring-back', data });
        if (error) throw new RecordedFailure(error);
      }
    }
    if (fenced) await steps.run('lift-fence', (workspace) => liftFence(workspace, steps.runId));
    return ending;
  } catch (cause) {
    return rollbackFailedEnding(ending, cause);
  }
}

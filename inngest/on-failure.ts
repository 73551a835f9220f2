import type { Context, FailureEventArgs } from 'inngest';
import { z } from 'zod';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { runKinds } from '#lib/runs/run-record.ts';
import { closeAbandoned } from './close-abandoned.ts';
import type { Outcome } from './events.ts';
import { type Ending, failedEnding, tellOutcome } from './finish-run.ts';
import { isLastAttempt } from './is-last-attempt.ts';
import { laneSteps } from './run-step.ts';
import { tellClosed } from './tell-closed.ts';

/** The net under every workflow: closes a run that ended without closing itself, by a fault outside its steps. */
export async function closeAfterFailure(context: Context.Any & FailureEventArgs): Promise<void> {
  const failed = context.event.data;
  const runId = deriveRunId(failed.event.ts ?? 0, failed.run_id);
  const steps = laneSteps(context, { runId, number: '99' });
  const ending = failedEnding(context.error);
  const closed = await steps
    .run('close-after-failure', (workspace) =>
      closeAbandoned(workspace, runId, { ending, isLastAttempt: isLastAttempt(context) }),
    )
    .catch(async (cause: unknown) => {
      // The repository is most often what failed: then nothing is written down, and people are told all the same.
      const outcome = guessOutcome({ runId, ending, functionId: failed.function_id, request: failed.event.data });
      if (outcome) await tellOutcome(context.step, outcome);
      throw cause;
    });
  await tellClosed(context.step, closed);
}

const requestSchema = z.object({
  connection: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});

/** The outcome of a run that has left no record: what its request says of it. `undefined` where it is no workflow's. */
function guessOutcome(about: {
  runId: string;
  ending: Ending;
  functionId: string;
  request: unknown;
}): Outcome | undefined {
  const { runId, ending, functionId, request } = about;
  const kind = runKinds.find((one) => functionId === one || functionId.endsWith(`-${one}`));
  if (kind === undefined) return undefined;
  const { connection, from, to } = requestSchema.safeParse(request).data ?? {};
  const { status, exitCode, message } = ending;
  const names = { connection: connection ?? from ?? null, target: to ?? null };
  return { run: runId, kind, status, exitCode, message, ...names, backup: null };
}

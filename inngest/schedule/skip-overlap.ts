import type { Context } from 'inngest';
import type { Outcome } from '#inngest/events.ts';
import { type Ending, toOutcome, toResult } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import type { Schedule } from '#lib/config/config.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { findOpenRun } from '#lib/runs/find-open-run.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { closeRun, readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/**
 * Where a run of the kind and connection is under way, writes a run down that was skipped, and answers its outcome; else
 * `null`. Safe to run twice: a run that the first attempt has written is answered again, and one that it has only begun
 * is no other run.
 */
export async function skipOverlap(
  workspace: Workspace,
  scheduled: {
    kind: Schedule['kind'];
    connection: string;
    context: Pick<Context.Any, 'event' | 'runId'>;
    tick: number;
  },
): Promise<Outcome | null> {
  const { repository } = workspace;
  const { kind, connection, context, tick } = scheduled;
  const runId = deriveRunId(tick, context.runId);
  const written = await readResult(repository, runId);
  const other = written
    ? undefined
    : await findOpenRun(repository, { kind, connection, except: runId, now: new Date() });
  if (written) return toOutcome(written.run, { ...skippedEnding(''), message: messageOf(written.outcome) });
  if (other === undefined) return null;
  const about = { runId, context, kind, connection, target: null, backup: null };
  const run = await openWorkflowRun(workspace, about);
  const message = `Skipped: run ${other.id}, a ${kind} of ${connection} too, was still under way.`;
  const ending = skippedEnding(message);
  await closeRun(repository, toResult(run, ending));
  return toOutcome(run, ending);
}

function skippedEnding(message: string): Ending {
  return { status: 'skipped', exitCode: exitCodes.done, message, outcome: { skipped: message }, error: null };
}

function messageOf(outcome: unknown): string {
  return typeof outcome === 'object' && outcome !== null ? String(Reflect.get(outcome, 'skipped')) : '';
}

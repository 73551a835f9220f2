import type { Context } from 'inngest';
import { noteChild, parseParentStep } from '#lib/runs/children-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

type Opening = Pick<RunRecord, 'kind' | 'connection' | 'target' | 'backup'> & { parent?: string | undefined };

/**
 * Writes the record that every run begins with, and where it is a part of another one, its name there. Safe to run
 * twice: what the first attempt has written stays.
 */
export async function openWorkflowRun(
  { repository }: Workspace,
  { runId, context, ...about }: Opening & { runId: string; context: Pick<Context.Any, 'event' | 'runId'> },
): Promise<RunRecord> {
  const { parent, ...rest } = about;
  const step = parent === undefined ? undefined : parseParentStep(parent);
  const run = await openRun(repository, {
    ...rest,
    id: runId,
    startedAt: new Date().toISOString(),
    eventId: context.event.id ?? '',
    engineRunId: context.runId,
    parent: step?.run ?? null,
  });
  if (step) await noteChild(repository, step, run.id);
  return run;
}

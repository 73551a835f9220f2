import { z } from 'zod';
import { findConnection } from '#lib/config/find-connection.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { letGo } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { dropSideSchema } from './drop-side-schema.ts';
import { findRecoveryPlan, type RecoveryPlan } from './recovery-plan.ts';

const droppedSchema = z.strictObject({ at: z.iso.datetime() });

/** A side schema that can be dropped: what it is called, and where it is. */
export interface DroppableSchema {
  plan: RecoveryPlan;
  target: string;
}

/** Whether somebody has dropped the side schema of a recovery by Holdfast; by hand nobody tells it. */
export async function isSideSchemaDropped({ repository }: Pick<Workspace, 'repository'>, runId: string) {
  return (await repository.getJson(droppedKey(runId), droppedSchema)) !== undefined;
}

/**
 * The side schema that a recovery has left to its person.
 * @throws RefusedError where the run goes on, came to no good end, or the schema was dropped.
 */
export async function requireDroppable(workspace: Workspace, run: RunRecord): Promise<DroppableSchema> {
  const { repository } = workspace;
  const result = await readResult(repository, run.id);
  if (result === undefined) {
    throw new RefusedError(`Run ${run.id} has not ended: its side schema is still needed.`, {
      code: 'run_not_ended',
      hint: `End it first: \`holdfast cancel ${run.id}\`, or \`holdfast resume ${run.id}\` where its process was killed.`,
    });
  }
  const plan = await findRecoveryPlan(repository, run.id);
  if (plan === undefined || run.target === null || result.status !== 'completed') {
    throw new RefusedError(`Run ${run.id} has left no side schema.`, {
      code: 'nothing_put_aside',
      hint: 'What a recovery that fails has made is dropped by its own run.',
    });
  }
  if (await isSideSchemaDropped(workspace, run.id)) {
    throw new RefusedError(`The side schema ${plan.schema} of run ${run.id} is dropped already.`, {
      code: 'already_discarded',
      hint: 'Recover the tables once more if they are needed.',
    });
  }
  return { plan, target: run.target };
}

/**
 * Drops the side schema of a finished recovery with the tables that the run has made, and nothing else. Safe to run
 * twice: the schema carries the run's mark, and one that is gone is gone.
 * @throws RefusedError (`side_schema_left`) where others have built on it, an UnavailableError.
 */
export async function discardRecovery(workspace: Workspace, run: RunRecord): Promise<DroppableSchema> {
  const { config, repository } = workspace;
  const schema = await requireDroppable(workspace, run);
  const about = { runId: run.id, plan: schema.plan, lockTimeoutMs: config.lockTimeoutMs };
  try {
    await dropSideSchema(findConnection(config, schema.target), about);
  } catch (cause) {
    if (!(cause instanceof RollbackFailedError)) throw cause;
    throw new RefusedError(cause.message, { code: cause.code, hint: cause.hint, cause });
  }
  await letGo(repository, { run: run.id, what: 'side-schema' });
  await repository.putJson(droppedKey(run.id), { at: new Date().toISOString() });
  return schema;
}

function droppedKey(runId: string): string {
  return `${runFolder(runId)}side-schema-dropped.json`;
}

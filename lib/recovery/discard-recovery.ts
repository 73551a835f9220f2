import { z } from 'zod';
import { findConnection } from '#lib/config/find-connection.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { isKept, type KeptThing, letGo } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { dropSideSchema } from './drop-side-schema.ts';
import { findRecoveryPlan, type RecoveryPlan } from './recovery-plan.ts';

const droppedSchema = z.strictObject({
  at: z.iso.datetime(),
  /** The discard that has done it. */
  by: z.string().optional(),
});

/** A side schema that can be dropped: what it is called, and where it is. */
export interface DroppableSchema {
  plan: RecoveryPlan;
  target: string;
}

/** What a discard has come to. */
export interface DiscardedSchema extends DroppableSchema {
  /** The connection is in no config any more: nothing was looked at, and only the mark of the failed run is gone. */
  isGivenUp: boolean;
}

/** Whether somebody has dropped the side schema of a recovery by Holdfast; by hand nobody tells it. */
export async function isSideSchemaDropped({ repository }: Pick<Workspace, 'repository'>, runId: string) {
  return (await repository.getJson(droppedKey(runId), droppedSchema)) !== undefined;
}

/**
 * The side schema that a recovery has left to its person, or that a failed one may have left: a process that was killed
 * while it took its schema back has no mark of it. @throws RefusedError where the run goes on, has come to no schema, or
 *   it was dropped, by another run than `by`.
 */
export async function requireDroppable(
  { repository }: Pick<Workspace, 'repository'>,
  run: RunRecord,
  { by }: { by?: string } = {},
): Promise<DroppableSchema> {
  const result = await readResult(repository, run.id);
  if (result === undefined) {
    throw new RefusedError(`Run ${run.id} has not ended: its side schema is still needed.`, {
      code: 'run_not_ended',
      hint: `End it first: \`holdfast cancel ${run.id}\`, or \`holdfast resume ${run.id}\` where its process was killed.`,
    });
  }
  const dropped = await repository.getJson(droppedKey(run.id), droppedSchema);
  const plan = await findRecoveryPlan(repository, run.id);
  if (plan === undefined || run.target === null) {
    throw new RefusedError(`Run ${run.id} has left no side schema.`, {
      code: 'nothing_put_aside',
      hint: 'What a recovery that fails has made is dropped by its own run.',
    });
  }
  const isOwn = dropped?.by !== undefined && dropped.by === by;
  if (dropped !== undefined && !isOwn && !(await isKept(repository, keptOf(run)))) {
    throw new RefusedError(`The side schema ${plan.schema} of run ${run.id} is dropped already.`, {
      code: 'already_discarded',
      hint: 'Recover the tables once more if they are needed.',
    });
  }
  return { plan, target: run.target };
}

/**
 * Drops the side schema of a recovery that has ended with the tables that the run has made, and nothing else; of a failed
 * one its ledger too. Safe to run twice, `by` being the run that does it: the schema carries the mark of its recovery,
 * one that is gone is gone, and what this very run has dropped is answered once more. A failed one whose connection is in
 * no config any more is given up.
 * @throws RefusedError (`side_schema_left`) where others have built on it, an UnavailableError, UsageError (connection).
 */
export async function discardRecovery(
  workspace: Workspace,
  run: RunRecord,
  { by }: { by: string },
): Promise<DiscardedSchema> {
  const { config, repository } = workspace;
  const schema = await requireDroppable(workspace, run, { by });
  if (await isToGiveUp(workspace, run)) {
    await letGo(repository, keptOf(run));
    return { ...schema, isGivenUp: true };
  }
  const about = { runId: run.id, plan: schema.plan, lockTimeoutMs: config.lockTimeoutMs };
  try {
    await dropSideSchema(findConnection(config, schema.target), about);
  } catch (cause) {
    if (!(cause instanceof RollbackFailedError)) throw cause;
    throw new RefusedError(cause.message, { code: cause.code, hint: cause.hint, cause });
  }
  await repository.putJson(droppedKey(run.id), { at: new Date().toISOString(), by });
  await letGo(repository, keptOf(run));
  return { ...schema, isGivenUp: false };
}

/**
 * Whether all that a discard can do is to take the mark of a failed recovery away: nobody knows its database any more. The
 * schema of one that ended well has no mark, and is its person's.
 */
export async function isToGiveUp(
  { config, repository }: Pick<Workspace, 'config' | 'repository'>,
  { id, target }: RunRecord,
): Promise<boolean> {
  if (target === null || config.connections.has(target)) return false;
  return (await readResult(repository, id))?.status !== 'completed';
}

function keptOf({ id }: RunRecord): KeptThing {
  return { run: id, what: 'side-schema' };
}

function droppedKey(runId: string): string {
  return `${runFolder(runId)}side-schema-dropped.json`;
}

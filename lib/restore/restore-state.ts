import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type RestorePlan, restorePlanSchema } from './restore-plan.ts';

/** One right of an ACL, as `aclexplode` tells it; PUBLIC has the empty name. */
const grant = z.strictObject({ grantee: z.string(), privilege: z.string(), grantable: z.boolean() });
export type Grant = z.infer<typeof grant>;
export const grantsSchema = z.array(grant);

const restoreStateSchema = z.strictObject({
  before: z.strictObject({
    extensions: z.array(z.string()),
    publicSchema: z
      .strictObject({ owner: z.string(), grants: grantsSchema, comment: z.string().nullable() })
      .nullable(),
    defaultPrivileges: z.array(
      z.strictObject({ role: z.string(), schema: z.string().nullable(), kind: z.string(), grants: grantsSchema }),
    ),
  }),
});

/** What the target was before the run touched it; written before the first change, needed to undo. */
export type RestoreState = z.infer<typeof restoreStateSchema>;

/**
 * What an empty target held before the restore, and must hold again after a failed one: names of extensions, the schema
 * `public` (`null` where there is none), and default privileges.
 */
export type EmptyState = RestoreState['before'];

/** Writes the state once; a second attempt of the step, which would see its own traces, changes nothing. */
export async function writeRestoreState(repository: Repository, runId: string, state: RestoreState): Promise<void> {
  await repository.putJson(`${runFolder(runId)}restore-state.json`, state, { ifAbsent: true });
}

/** The state, or `undefined` where the run has not touched its target. */
export async function readRestoreState(repository: Repository, runId: string): Promise<RestoreState | undefined> {
  return repository.getJson(`${runFolder(runId)}restore-state.json`, restoreStateSchema);
}

export async function writeRestorePlan(repository: Repository, runId: string, plan: RestorePlan): Promise<void> {
  await repository.putJson(`${runFolder(runId)}restore-plan.json`, plan);
}

/** The plan of a restore. @throws DamagedError where it is gone. */
export async function readRestorePlan(repository: Repository, runId: string): Promise<RestorePlan> {
  const plan = await repository.getJson(`${runFolder(runId)}restore-plan.json`, restorePlanSchema);
  if (plan) return plan;
  throw new DamagedError(`The plan of restore ${runId} is missing in ${repository.location}.`, {
    code: 'run_state_missing',
    hint: 'Start the restore again; a failed restore leaves its target empty.',
  });
}

const finishingSchema = z.strictObject({ tables: z.string() });

/**
 * Says that the run is about to remove its ledger: from here on the target is its own without one, as long as its tables
 * are the ones it has made. `tables` tells them from others of the same names.
 */
export async function markFinishing(repository: Repository, runId: string, tables: string): Promise<void> {
  await repository.putJson(`${runFolder(runId)}restore-finishing.json`, { tables }, { ifAbsent: true });
}

/** The tables of a copy that needs no ledger any more, or `undefined` where the run has not come so far. */
export async function readFinishing(repository: Repository, runId: string): Promise<string | undefined> {
  return (await repository.getJson(`${runFolder(runId)}restore-finishing.json`, finishingSchema))?.tables;
}

import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';

const statement = z.strictObject({ item: z.string(), object: z.string(), sql: z.string() });

const sideTableSchema = z.strictObject({
  /** The table of the backup. */
  schema: z.string(),
  name: z.string(),
  /** What it is called in the side schema. */
  side: z.string(),
  /** Type and collation are SQL. */
  columns: z.array(z.strictObject({ name: z.string(), type: z.string(), collation: z.string().nullable() })),
  /** Tables of the manifest whose rows go into it; `reordered` where one has its columns in another order. */
  sources: z.array(z.strictObject({ table: z.int(), reordered: z.boolean() })),
  rows: z.string(),
  /** Columns of the primary key; `null` where there is none that rows can be compared by, for the reason given. */
  key: z.array(z.string()).nullable(),
  noKey: z.string().nullable(),
});
export type SideTable = z.infer<typeof sideTableSchema>;

/** `recovery-plan.json` in the run's folder: the side schema, its tables, and how they are made and filled. */
const recoveryPlanSchema = z.strictObject({
  backup: z.string(),
  schema: z.string(),
  /** The tables keep nothing over a crash of the server, and no publication carries them. */
  unlogged: z.boolean(),
  tables: z.array(sideTableSchema),
  create: z.array(statement),
  /** Chunks of each lane; `table` counts the sources of all side tables in order. */
  rows: z.array(z.array(z.strictObject({ table: z.int(), chunk: z.int() }))),
  /** Keys and statistics, made after the rows. */
  keys: z.array(statement),
  leftOut: z.array(z.strictObject({ object: z.string(), reason: z.string() })),
});
export type RecoveryPlan = z.infer<typeof recoveryPlanSchema>;

/** Writes the plan. Safe to repeat: it comes out the same. */
export async function writeRecoveryPlan(repository: Repository, runId: string, plan: RecoveryPlan): Promise<void> {
  await repository.putJson(planKey(runId), plan);
}

/** The plan of a recovery, or `undefined` where the run has touched nothing. @throws DamagedError where it does not parse. */
export async function findRecoveryPlan(repository: Repository, runId: string): Promise<RecoveryPlan | undefined> {
  return repository.getJson(planKey(runId), recoveryPlanSchema);
}

/** The plan of a recovery under way. @throws DamagedError where it is gone. */
export async function readRecoveryPlan(repository: Repository, runId: string): Promise<RecoveryPlan> {
  const plan = await findRecoveryPlan(repository, runId);
  if (plan) return plan;
  throw new DamagedError(`The plan of recovery ${runId} is missing in ${repository.location}.`, {
    code: 'run_state_missing',
    hint: 'Start the recovery again; a failed one drops its side schema.',
  });
}

function planKey(runId: string): string {
  return `${runFolder(runId)}recovery-plan.json`;
}

import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { applyOnce, createLedger } from '#lib/restore/ledger.ts';
import { keepSomething, letGo } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { hasHoldfastSchema } from './check-side-schema.ts';
import { dropSideSchema } from './drop-side-schema.ts';
import { type RecoveryPlan, writeRecoveryPlan } from './recovery-plan.ts';
import { createSideSchema } from './side-schema.ts';
import { isUndone } from './undone-store.ts';

/** What the workflow needs of a plan: how much there is to do. */
export interface RecoveryShape {
  /** Chunks of each lane. */
  rows: number[];
  tables: number;
  keys: number;
  leftOut: RecoveryPlan['leftOut'];
}

interface Preparation {
  plan: RecoveryPlan;
  target: Connection;
  repository: Repository;
  lockTimeoutMs: number;
}

/**
 * Keeps the plan in the run's folder, then makes the ledger and the side schema: the first changes to the database.
 * Safe to run twice: the plan comes out the same, a schema that the run has made is known by its mark.
 * @throws RefusedError where another run has come in between, or somebody has made a schema of the name; CancelledError
 *   where the run was taken back meanwhile, with nothing left.
 */
export async function prepareRecovery(runId: string, options: Preparation): Promise<RecoveryShape> {
  const { plan, repository } = options;
  // An attempt that comes late, after the run has been undone or closed, must not make the schema again; one before it
  // may have made it, and was killed before it could take it back. What has come to a good end is a person's.
  const result = await readResult(repository, runId);
  if (result?.status === 'completed') throw hasEnded(runId);
  if (result !== undefined || (await isUndone(repository, runId))) await takeBack(runId, options);
  await writeRecoveryPlan(repository, runId, plan);
  // Before it is made, so that the sweeper finds what a dead run has left.
  await keepSomething(repository, { run: runId, what: 'side-schema' });
  try {
    await makeSideSchema(runId, options);
  } finally {
    // An attempt that fails may have committed.
    if (await isUndone(repository, runId)) await takeBack(runId, options);
  }
  return {
    rows: plan.rows.map((lane) => lane.length),
    tables: plan.tables.length,
    keys: plan.keys.length,
    leftOut: plan.leftOut,
  };
}

async function makeSideSchema(runId: string, { plan, target }: Preparation): Promise<void> {
  await withSession(target, async (session) => {
    await createLedger(session, {
      runId,
      unlogged: plan.unlogged,
      requireEmpty: async () => {
        if (!(await hasHoldfastSchema(session))) return;
        throw new RefusedError(`The database has a schema ${holdfastSchema}, a name that is reserved.`, {
          code: 'holdfast_schema_taken',
          hint: 'It was not there when the run began; rename or drop it if nobody needs it. Nothing was changed.',
        });
      },
    });
    await applyOnce(session, { runId, item: 'side-schema' }, () =>
      createSideSchema(session, { runId, name: plan.schema, backup: plan.backup }),
    );
  });
}

/**
 * A cancellation that came while the schema was being made has looked for it too early. Its mark may be gone, and is set
 * again first, so that the sweeper finds what cannot be dropped now. @throws CancelledError, or what the drop throws.
 */
async function takeBack(runId: string, { plan, target, repository, lockTimeoutMs }: Preparation): Promise<never> {
  const kept = { run: runId, what: 'side-schema' } as const;
  await keepSomething(repository, kept);
  await dropSideSchema(target, { runId, plan, lockTimeoutMs });
  await letGo(repository, kept);
  throw hasEnded(runId);
}

function hasEnded(runId: string): CancelledError {
  return new CancelledError(`Run ${runId} has ended.`, { code: 'run_ended', hint: 'Start a new recovery.' });
}

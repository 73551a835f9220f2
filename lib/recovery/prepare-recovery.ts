import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Connection } from '#lib/config/config.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { applyOnce, createLedger } from '#lib/restore/ledger.ts';
import { keepSomething } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { hasHoldfastSchema } from './check-side-schema.ts';
import { type RecoveryPlan, writeRecoveryPlan } from './recovery-plan.ts';
import { createSideSchema } from './side-schema.ts';

/** What the workflow needs of a plan: how much there is to do. */
export interface RecoveryShape {
  /** Chunks of each lane. */
  rows: number[];
  tables: number;
  keys: number;
  leftOut: RecoveryPlan['leftOut'];
}

/**
 * Keeps the plan in the run's folder, then makes the ledger and the side schema: the first changes to the database.
 * Safe to run twice: the plan comes out the same, a schema that the run has made is known by its mark.
 * @throws RefusedError where another run has come in between, or somebody has made a schema of the name.
 */
export async function prepareRecovery(
  runId: string,
  options: { plan: RecoveryPlan; target: Connection; repository: Repository },
): Promise<RecoveryShape> {
  const { plan, repository } = options;
  // An attempt that comes late, after the run has been undone and closed, must not make the schema again.
  if (await readResult(repository, runId)) {
    throw new CancelledError(`Run ${runId} has ended.`, { code: 'run_ended', hint: 'Start a new recovery.' });
  }
  await writeRecoveryPlan(repository, runId, plan);
  // Before it is made, so that the sweeper finds what a dead run has left.
  await keepSomething(repository, { run: runId, what: 'side-schema' });
  await withSession(options.target, async (session) => {
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
  return {
    rows: plan.rows.map((lane) => lane.length),
    tables: plan.tables.length,
    keys: plan.keys.length,
    leftOut: plan.leftOut,
  };
}

import type { Repository } from '#lib/repository/repository.ts';
import { isKept } from '#lib/runs/kept-store.ts';
import type { RunRecord, RunResult } from '#lib/runs/run-record.ts';
import { isSideSchemaDropped } from './discard-recovery.ts';
import { findRecoveryPlan, type RecoveryPlan } from './recovery-plan.ts';

/**
 * The plan of a side schema that the page of an ended recovery offers to drop: that of a good one until it is dropped,
 * that of any other while it is marked. `null` where there is none.
 */
export async function findOfferedSchema(
  repository: Repository,
  { run, result }: { run: RunRecord; result: RunResult | null },
): Promise<RecoveryPlan | null> {
  if (run.kind !== 'recover' || result === null) return null;
  const isThere =
    result.status === 'completed'
      ? !(await isSideSchemaDropped({ repository }, run.id))
      : await isKept(repository, { run: run.id, what: 'side-schema' });
  return isThere ? ((await findRecoveryPlan(repository, run.id)) ?? null) : null;
}

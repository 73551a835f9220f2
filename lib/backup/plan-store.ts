import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { type BackupPlan, backupPlanSchema } from './backup-plan.ts';

/**
 * Writes an epoch's plan into the run's folder, once, and answers the one that is there: sizes and sequences move on
 * outside of the snapshot, so an attempt that was given up and comes late has another plan, and pieces are known by their
 * number in it.
 */
export async function writeBackupPlan(
  repository: Repository,
  run: { runId: string; epoch: number },
  plan: BackupPlan,
): Promise<BackupPlan> {
  const outcome = await repository.putJson(planKey(run), plan, { ifAbsent: true });
  return outcome === 'created' ? plan : readBackupPlan(repository, run);
}

/** An epoch's plan. @throws DamagedError where it is gone. */
export async function readBackupPlan(
  repository: Repository,
  run: { runId: string; epoch: number },
): Promise<BackupPlan> {
  const plan = await repository.getJson(planKey(run), backupPlanSchema);
  if (plan) return plan;
  throw new DamagedError(`${planKey(run)} is missing in ${repository.location}.`, {
    code: 'run_state_missing',
    hint: 'Start the backup again; nothing was committed.',
  });
}

function planKey(run: { runId: string; epoch: number }): string {
  return `${runFolder(run.runId)}plan-e${run.epoch}.json`;
}

import { addDeletion, noDeletion, shortenDeletion } from '#lib/garbage/deletion-total.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import { readPin } from '#lib/standing/pin-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { forEachAtOnce } from './for-each-at-once.ts';
import { planPrune } from './plan-prune.ts';
import type { PlannedBackup } from './plan-retention.ts';
import { readPrunePlan } from './prune-store.ts';
import { removeBackup } from './remove-backup.ts';

const backupsAtOnce = 64;

/** What one step of removing has done. */
export interface RemovedBackups {
  /** Where the next step begins. */
  next: number;
  removed: number;
  /** Backups that the plan let go, and that are to be kept by now. */
  spared: number;
  objects: Deletion;
}

/** The backups that a plan lets go, oldest first: whatever stops a prune, the newer ones are still there. */
export function listGoing(plan: readonly PlannedBackup[]): PlannedBackup[] {
  return plan.filter(({ keptBy }) => keptBy.length === 0).sort((a, b) => (a.backupId < b.backupId ? -1 : 1));
}

/**
 * Removes backups of the run's plan until the time budget is used, at least some. Each batch is planned once more, and
 * goes where both plans let it go: what was found damaged since, proven, pinned or taken up changes what is to be kept,
 * and a prune that was killed may go on days later. Safe to run twice.
 */
export async function removePlanned(
  workspace: Workspace,
  { runId, from }: { runId: string; from: number },
): Promise<RemovedBackups> {
  const { config, repository } = workspace;
  const going = listGoing((await readPrunePlan(repository, runId)) ?? []);
  const deadline = Date.now() + config.stepBudgetMs;
  const result = { next: from, removed: 0, spared: 0, objects: noDeletion };
  do {
    const batch = going.slice(result.next, result.next + backupsAtOnce);
    const labelsOf = new Set(batch.map(({ backupId }) => backupId));
    const planned = await planPrune(workspace, { now: new Date(), labelsOf });
    const stay = new Set(planned.flatMap(({ keptBy, backupId }) => (keptBy.length > 0 ? [backupId] : [])));
    await forEachAtOnce(batch, async (backup) => {
      if (stay.has(backup.backupId) || (await readPin(repository, backup))) {
        result.spared++;
        return;
      }
      const deletion = await removeBackup(repository, backup);
      result.objects = addDeletion(result.objects, deletion);
      if (deletion.deleted > 0) result.removed++;
    });
    result.next += batch.length;
  } while (result.next < going.length && Date.now() < deadline);
  return { ...result, objects: shortenDeletion(result.objects) };
}

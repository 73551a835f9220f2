import { releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { releaseSnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import type { InPlace } from '#lib/cutover/cutover.ts';
import { liftFence } from '#lib/cutover/fence.ts';
import { undoAbandonedCutover } from '#lib/cutover/undo-cutover.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import { closeRun, readResult, readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Outcome } from './events.ts';
import { type Ending, rollbackFailedEnding, toOutcome, toResult } from './finish-run.ts';

/** A run that was closed from outside. */
export interface ClosedRun {
  outcome: Outcome;
  eventId: string;
  /** The safety backup that its target still has to be restored from. */
  bringBack: InPlace['safetyBackup'];
}

/**
 * Closes a run that did not close itself, and the runs that are its parts: snapshots are let go, staging is dropped,
 * fences are lifted, results are written. Answers what was closed; a run that has a result stays as it is, so this is
 * safe to run twice.
 */
export async function closeAbandoned(workspace: Workspace, runId: string, ending: Ending): Promise<ClosedRun[]> {
  const { repository } = workspace;
  const run = await readRun(repository, runId);
  if (!run || (await readResult(repository, runId))) return [];
  const closed: ClosedRun[] = [];
  for (const child of await listChildren(repository, runId)) {
    closed.push(...(await closeAbandoned(workspace, child, ending)));
  }
  const { ended, bringBack } = await letEverythingGo(workspace, runId).then(
    ({ live, bringBack }) => ({ ended: live ? tellLive(ending) : ending, bringBack }),
    (cause: unknown) => ({ ended: rollbackFailedEnding(ending, cause), bringBack: null }),
  );
  await closeRun(repository, toResult(run, ended));
  return [...closed, { outcome: toOutcome(run, ended), eventId: run.eventId, bringBack }];
}

async function letEverythingGo(
  workspace: Workspace,
  runId: string,
): Promise<{ live: boolean; bringBack: InPlace['safetyBackup'] }> {
  await releaseSnapshot(runId);
  // Only storage hangs on it: the mark of a branch that cannot be deleted now brings the next sweep to it.
  await releaseSnapshotBranch(workspace, runId).catch(leaveToSweep);
  const undone = await undoAbandonedCutover(workspace, runId);
  await undoRecovery(workspace, runId);
  await liftFence(workspace, runId);
  return undone;
}

function leaveToSweep(cause: unknown): void {
  if (!(cause instanceof HoldfastError)) throw cause;
}

function tellLive(ending: Ending): Ending {
  const hint = 'Its copy was proven and is live; `holdfast rollback RUN` takes it back.';
  const message = `${ending.message} The cut-over had been done before.`;
  return { ...ending, message, error: ending.error && { ...ending.error, message, hint } };
}

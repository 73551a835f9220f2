import { releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { releaseSnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import type { InPlace } from '#lib/cutover/cutover.ts';
import { liftFence } from '#lib/cutover/fence.ts';
import { undoAbandonedCutover } from '#lib/cutover/undo-cutover.ts';
import { takeDownPlace } from '#lib/drill/set-up-place.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { listFamily } from '#lib/runs/children-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { closeRun, readResult, readRun } from '#lib/runs/run-store.ts';
import { clearWaiting } from '#lib/runs/waiting-store.ts';
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

/** How the run is closed. */
export interface Closing {
  ending: Ending;
  /** Nobody will try again: what cannot be let go now needs a person. */
  isLastAttempt: boolean;
}

/**
 * Closes a run that did not close itself, and the runs that are its parts: snapshots are let go, staging is dropped,
 * fences are lifted, and only when all of that is done results are written. Answers what was closed. A run that has ended
 * by itself stays as it is; one that an earlier attempt has closed so is answered again, so this is safe to run twice.
 * @throws an error that another attempt can cure, unless this is the last one.
 */
export async function closeAbandoned(workspace: Workspace, runId: string, closing: Closing): Promise<ClosedRun[]> {
  const { repository } = workspace;
  if (!(await isToClose(workspace, runId, closing))) return [];
  const letGo: (LetGo & { run: RunRecord })[] = [];
  // Parts before what they are parts of.
  for (const id of (await listFamily(repository, runId)).reverse()) {
    const run = await readRun(repository, id);
    if (!run || !(await isToClose(workspace, id, closing))) continue;
    letGo.push({ run, ...(await letGoOf(workspace, run, closing)) });
  }
  for (const { run, ended } of letGo) {
    await clearWaiting(repository, run.id);
    await closeRun(repository, toResult(run, ended));
  }
  return letGo.map(({ run, ended, bringBack }) => ({
    outcome: toOutcome(run, ended),
    eventId: run.eventId,
    bringBack,
  }));
}

async function isToClose({ repository }: Workspace, runId: string, { ending }: Closing): Promise<boolean> {
  const result = await readResult(repository, runId);
  return result === undefined || (result.status === ending.status && result.error?.code === ending.error?.code);
}

interface LetGo {
  ended: Ending;
  bringBack: InPlace['safetyBackup'];
}

async function letGoOf(workspace: Workspace, run: RunRecord, { ending, isLastAttempt }: Closing): Promise<LetGo> {
  try {
    const { live, bringBack } = await letEverythingGo(workspace, run);
    return { ended: live ? tellLive(ending) : ending, bringBack };
  } catch (cause) {
    if (!isLastAttempt && cause instanceof HoldfastError && cause.retryable) throw cause;
    return { ended: rollbackFailedEnding(ending, cause), bringBack: null };
  }
}

async function letEverythingGo(
  workspace: Workspace,
  { id: runId, kind }: RunRecord,
): Promise<{ live: boolean; bringBack: InPlace['safetyBackup'] }> {
  await releaseSnapshot(runId);
  // Only storage hangs on it: the mark of a branch that cannot be deleted now brings the next sweep to it.
  await releaseSnapshotBranch(workspace, runId).catch(leaveToSweep);
  const undone = await undoAbandonedCutover(workspace, runId);
  await undoRecovery(workspace, runId);
  await liftFence(workspace, runId);
  if (kind === 'drill') await takeDownPlace(workspace.repository, runId);
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

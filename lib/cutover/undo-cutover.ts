import { undoRestore } from '#lib/restore/undo-restore.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { isScratchConnection } from '#lib/scratch/scratch-connection.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { dropStaging, rollBackCutover } from './carry-out.ts';
import type { Cutover, InPlace } from './cutover.ts';
import { readCutover, writeCutover } from './cutover-store.ts';
import { findBackupToBringBack } from './in-place.ts';

/** What undoing a failed run came to. */
export interface Undone {
  /** `kept`: staging as asked for, or what was live for a moment, because clients may have written to it. */
  outcome: 'nothing' | 'discarded' | 'kept';
  /** The safety backup that the target, empty now, still has to be restored from. */
  bringBack: InPlace['safetyBackup'];
}

const nothing: Undone = { outcome: 'nothing', bringBack: null };

/**
 * Takes back whatever a failed run has done to its target: a cut-over is rolled back, staging is dropped, or kept for a
 * person to look at. Safe to run twice: each part looks at the server first.
 * @throws UnavailableError where another attempt can help, else an error that says what is left.
 */
export async function undoCutover(
  workspace: Workspace,
  { runId, keepStaging }: { runId: string; keepStaging: boolean },
): Promise<Undone> {
  const cutover = await readCutover(workspace.repository, runId);
  if (cutover === undefined) return nothing;
  const { details } = cutover;
  if (isScratchConnection(cutover.target)) {
    // It goes with its server, which may be gone already.
    await writeCutover(workspace.repository, { ...cutover, state: 'discarded', staging: null, putAside: null });
    return { outcome: 'discarded', bringBack: null };
  }
  if (details.strategy === 'in-place') return undoInPlace(workspace, { ...cutover, details });
  if (cutover.state === 'discarded' || cutover.state === 'rolled-back') return nothing;
  if (keepStaging && cutover.state === 'staged') return { outcome: 'kept', bringBack: null };
  if (cutover.state !== 'planned') {
    const { putAside } = await rollBackCutover(workspace, runId);
    if (putAside !== null) return { outcome: 'kept', bringBack: null };
  }
  await dropStaging(workspace, cutover);
  return { outcome: 'discarded', bringBack: null };
}

/**
 * The same for a run that somebody else closes, because it died or was cancelled: what it had made live stays live, it
 * was proven.
 */
export async function undoAbandonedCutover(workspace: Workspace, runId: string): Promise<Undone & { live: boolean }> {
  const cutover = await readCutover(workspace.repository, runId);
  if (cutover?.state === 'live') return { ...nothing, live: true };
  return { ...(await undoCutover(workspace, { runId, keepStaging: false })), live: false };
}

async function undoInPlace(workspace: Workspace, cutover: Cutover & { details: InPlace }): Promise<Undone> {
  const run = await readRun(workspace.repository, cutover.run);
  if (run === undefined || cutover.state === 'rolled-back') return nothing;
  // An attempt that was killed behind its note has emptied the target, and told nobody what has to come back.
  if (cutover.state !== 'discarded') await undoRestore(workspace, run);
  const bringBack = await findBackupToBringBack(workspace, cutover);
  await writeCutover(workspace.repository, { ...cutover, state: 'discarded', staging: null });
  return { outcome: 'discarded', bringBack };
}

import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { discardCutover, rollBackCutover } from './carry-out.ts';
import type { InPlace } from './cutover.ts';
import { readCutover } from './cutover-store.ts';
import { findBackupToBringBack } from './in-place.ts';

/** What undoing a failed run came to. */
export interface Undone {
  /** `kept`: staging as asked for, or what was live for a moment, because clients may have written to it. */
  outcome: 'nothing' | 'discarded' | 'kept';
  /** The safety backup that the target, empty now, still has to be restored from. */
  bringBack: InPlace['safetyBackup'];
}

/**
 * Takes back whatever a failed run has done to its target: a cut-over that has happened but could not be noted is rolled
 * back, staging is dropped, or kept for a person to look at. A cut-over that was noted was the run's end and stays. Safe to run twice: each part looks at the server first.
 * @throws UnavailableError where another attempt can help, else an error that says what is left.
 */
export async function undoCutover(
  workspace: Workspace,
  { runId, keepStaging }: { runId: string; keepStaging: boolean },
): Promise<Undone> {
  const cutover = await readCutover(workspace.repository, runId);
  if (cutover === undefined || !['planned', 'staged'].includes(cutover.state)) {
    return { outcome: 'nothing', bringBack: null };
  }
  const { details } = cutover;
  if (details.strategy === 'in-place') {
    await discardCutover(workspace, runId);
    return { outcome: 'discarded', bringBack: await findBackupToBringBack(workspace, { ...cutover, details }) };
  }
  if (keepStaging && cutover.state === 'staged') return { outcome: 'kept', bringBack: null };
  if (cutover.state !== 'planned') {
    const { putAside } = await rollBackCutover(workspace, runId);
    if (putAside !== null) return { outcome: 'kept', bringBack: null };
  }
  await discardCutover(workspace, runId);
  return { outcome: 'discarded', bringBack: null };
}

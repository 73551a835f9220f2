import { findConnection } from '#lib/config/find-connection.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { home } from '#lib/postgres/place.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import { describeContent } from '#lib/restore/check-empty.ts';
import { clearTarget } from '#lib/restore/clear-target.ts';
import { readRestoreState } from '#lib/restore/restore-state.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { InPlace } from './cutover.ts';
import type { CutoverOf, CutoverStrategy } from './strategy.ts';

/**
 * The copy is built in the target itself: an empty one, or one whose content a safety backup holds. Nothing is put
 * aside; what a rollback brings back comes out of that backup.
 */
export const inPlace: CutoverStrategy<InPlace> = {
  async prepare({ config, repository }, { run, target, details }) {
    if (!details.replace) return { details, staging: home };
    if (details.safetyBackup === null) {
      throw new RefusedError(`Connection ${target} has no safety backup yet.`, {
        code: 'no_safety_backup',
        hint: 'Nothing was changed; start the restore again.',
      });
    }
    const state = await readRestoreState(repository, run);
    if (state === undefined) {
      throw new DamagedError(`The state of restore ${run} is missing in ${repository.location}.`, {
        code: 'run_state_missing',
        hint: 'Nothing was changed; start the restore again.',
      });
    }
    await clearTarget(findConnection(config, target), { runId: run, before: state.before });
    return { details, staging: home };
  },

  async cutOver(_workspace, { details }) {
    return { details, putAside: null, interruptionMs: null, lsn: null, notes: [] };
  },

  async rollBack(_workspace, { run, target }) {
    throw new RefusedError(`Run ${run} restored into ${target} itself: no other database is kept.`, {
      code: 'nothing_put_aside',
      hint: 'What the target held before is in the safety backup, if it held anything: see `holdfast list`.',
    });
  },

  async dropStaging() {
    // The target itself is the staging place: it is emptied by the undo of the restore.
  },

  async discard() {
    // Nothing lies beside the target; the safety backup is a backup like others.
  },
};

/**
 * The safety backup that has to be restored after a failed restore in place was undone, or `null` where the target still holds what it held.
 * Safe to run twice: the database itself says whether it is empty.
 */
export async function findBackupToBringBack(
  { config }: Workspace,
  { target, details }: Pick<CutoverOf<InPlace>, 'target' | 'details'>,
): Promise<InPlace['safetyBackup']> {
  if (details.safetyBackup === null) return null;
  return withSession(findConnection(config, target), async (session) => {
    const content = await describeContent(session, await readServerInfo(session));
    return content === undefined ? details.safetyBackup : null;
  });
}

import { findConnection } from '#lib/config/find-connection.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { emptyTarget } from './empty-target.ts';
import { readFinishing, readRestoreState } from './restore-state.ts';

/**
 * Makes the target of a failed restore empty again, if the run has touched it at all. Safe to run twice.
 * @throws UnavailableError where another attempt can help, else RollbackFailedError that says what is left.
 */
export async function undoRestore({ config, repository }: Workspace, run: RunRecord): Promise<{ undone: boolean }> {
  const state = await readRestoreState(repository, run.id);
  if (!state || run.target === null) return { undone: false };
  const finishing = await readFinishing(repository, run.id);
  const { before } = state;
  const { emptied } = await emptyTarget(findConnection(config, run.target), { runId: run.id, before, finishing });
  return { undone: emptied };
}

import { findConnection } from '#lib/config/find-connection.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { finishRecovery } from './finish-recovery.ts';
import { undoRecovery } from './undo-recovery.ts';

/**
 * Takes away what a recovery still holds that has ended: all that it has made where it came to no good end, else its
 * ledger only, as the side schema is a person's. Safe to run twice. @throws what `undoRecovery` throws.
 */
export async function releaseRecovery(workspace: Workspace, runId: string): Promise<void> {
  const { config, repository } = workspace;
  const result = await readResult(repository, runId);
  if (result === undefined) return;
  const { target } = result.run;
  if (result.status !== 'completed') await undoRecovery(workspace, runId);
  else if (target !== null) await finishRecovery(runId, { target: findConnection(config, target), repository });
}

import { releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { undoRestore } from '#lib/restore/undo-restore.ts';
import { closeRun, readResult, readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Outcome } from './events.ts';
import { type Ending, rollbackFailedEnding, toOutcome, toResult } from './finish-run.ts';

/**
 * Closes a run that did not close itself: the snapshot is let go, the target is made empty again, the result is written.
 * Answers what to tell others, or `null` where there is nothing to close. Safe to run twice: a run that has a result
 * stays as it is.
 */
export async function closeAbandoned(workspace: Workspace, runId: string, ending: Ending): Promise<Outcome | null> {
  const { repository } = workspace;
  const run = await readRun(repository, runId);
  if (!run || (await readResult(repository, runId))) return null;
  await releaseSnapshot(runId);
  const undone = await undoRestore(workspace, run).then(
    () => ending,
    (cause: unknown) => rollbackFailedEnding(ending, cause),
  );
  await closeRun(repository, toResult(run, undone));
  return toOutcome(run, undone);
}

import type { Caller } from '#app/http/identify.ts';
import { requireRun } from '#app/runs/require-run.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type Differences, readDifferences } from '#lib/recovery/differences/differences.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';

/**
 * The differences that a recovery has found, for who may see the run. @throws UsageError (`unknown_run`), RefusedError
 * (`no_differences`).
 */
export async function readDifferencesOf(
  caller: Caller,
  id: string,
): Promise<{ workspace: Workspace; run: RunRecord; differences: Differences }> {
  const workspace = await openWorkspace();
  const run = await requireRun(workspace.repository, { id, identity: caller.identity });
  const differences = await readDifferences(workspace.repository, run.id);
  if (differences !== undefined) return { workspace, run, differences };
  throw new RefusedError(`Run ${run.id} has compared no tables.`, {
    code: 'no_differences',
    hint: 'A recovery of tables compares them when its proof has passed; see the page of the run.',
  });
}

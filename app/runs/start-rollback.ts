import { rollbackRequested } from '#inngest/events.ts';
import { previewRollback } from '#lib/cutover/preview-rollback.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { startRun } from './start-run.ts';

/**
 * Asks for a rollback after the look that it would begin with itself.
 * @throws RefusedError (`rollback_refused`) that names the check which it would fail, UsageError.
 */
export async function startRollback(
  workspace: Workspace,
  { run, confirm }: { run: string; confirm?: string | undefined },
): Promise<{ event: string; run: string | null }> {
  const { checks } = await previewRollback(workspace, { run, confirm });
  const failed = checks.find(({ passed }) => !passed);
  if (failed !== undefined) {
    throw new RefusedError(`The rollback of run ${run} is refused: ${failed.object}: ${failed.detail}.`, {
      code: 'rollback_refused',
      hint: failed.hint,
    });
  }
  return startRun(workspace.repository, { name: rollbackRequested.name, data: { run, ...(confirm && { confirm }) } });
}

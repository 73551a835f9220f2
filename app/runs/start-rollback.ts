import type { Caller } from '#app/http/identify.ts';
import { rollbackRequested } from '#inngest/events.ts';
import { previewRollback } from '#lib/cutover/preview-rollback.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { StartedFrom } from './start-from-run.ts';
import { startOnce } from './start-once.ts';

/** `confirm`: the target's name once more, where it is protected. */
interface AskedRollback {
  confirm?: string | undefined;
}

/**
 * Asks for a rollback after the look that it would begin with itself.
 * @throws RefusedError (`rollback_refused`) that names the check which it would fail, UsageError.
 */
export function startRollback(
  caller: Caller,
  { workspace, root: { id: run }, asked, note, key }: StartedFrom<AskedRollback> & { key: string | null },
): Promise<{ event: string; run: string | null }> {
  const { confirm } = asked;
  return startOnce(caller, workspace.repository, {
    ...{ name: rollbackRequested.name, data: { run, ...(confirm && { confirm }) }, note },
    ...{ key, asked: { run, confirm } },
    check: () => requireRollback(workspace, { run, confirm }),
  });
}

async function requireRollback(workspace: Workspace, asked: AskedRollback & { run: string }): Promise<void> {
  const { checks } = await previewRollback(workspace, asked);
  const failed = checks.find(({ passed }) => !passed);
  if (failed === undefined) return;
  throw new RefusedError(`The rollback of run ${asked.run} is refused: ${failed.object}: ${failed.detail}.`, {
    code: 'rollback_refused',
    hint: failed.hint,
  });
}

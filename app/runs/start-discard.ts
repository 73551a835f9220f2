import type { Caller } from '#app/http/identify.ts';
import { discardRequested } from '#inngest/events.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { requireDiscardable } from '#lib/cutover/require-discardable.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { requireDroppable } from '#lib/recovery/discard-recovery.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { StartedFrom } from './start-from-run.ts';
import { startOnce } from './start-once.ts';

/** `confirm`: the name that the page asks for, see `findNameToConfirm`. */
interface AskedDiscard {
  confirm?: string | undefined;
}

/**
 * Asks for a discard, with which the way back goes.
 * @throws RefusedError where the run goes on or keeps nothing, or no name was given (`not_confirmed`); UsageError, as where
 * it is another one (`wrong_confirmation`).
 */
export function startDiscard(
  caller: Caller,
  { workspace, root, asked: { confirm }, note, key }: StartedFrom<AskedDiscard> & { key: string | null },
): Promise<{ event: string; run: string | null }> {
  const run = root.id;
  return startOnce(caller, workspace.repository, {
    ...{ name: discardRequested.name, data: { run }, note },
    ...{ key, asked: { run, confirm } },
    check: () => requireConfirmed(workspace, { root, confirm }),
  });
}

/**
 * Lets pass a discard that can be done, and whose name was given once more.
 * @throws RefusedError, UsageError, as `startDiscard` does.
 */
export async function requireConfirmed(
  workspace: Workspace,
  { root, confirm }: { root: RunRecord; confirm: string | undefined },
): Promise<void> {
  requireName(await findNameToConfirm(workspace, root), confirm);
}

/** Of a recovery its side schema, of any other run its target. @throws RefusedError where nothing can be dropped. */
async function findNameToConfirm(workspace: Workspace, root: RunRecord): Promise<string> {
  if (root.kind === 'recover') return (await requireDroppable(workspace, root)).plan.schema;
  const cutover = await findCutover(workspace, root.id);
  await requireDiscardable(workspace.repository, { run: root.id, cutover });
  return cutover.target;
}

function requireName(name: string, confirm: string | undefined): void {
  if (confirm === name) return;
  const hint = `If it is really to be dropped: {"confirm": ${JSON.stringify(name)}}.`;
  if (confirm === undefined) {
    throw new RefusedError('What is dropped does not come back, and no name was given to confirm it.', {
      ...{ code: 'not_confirmed', hint },
    });
  }
  throw new UsageError(`The name that was given to confirm is not ${name}.`, { code: 'wrong_confirmation', hint });
}

import { discardRequested } from '#inngest/events.ts';
import { findCutover } from '#lib/cutover/find-cutover.ts';
import { requireDiscardable } from '#lib/cutover/require-discardable.ts';
import { requireDroppable } from '#lib/recovery/discard-recovery.ts';
import { readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { startRun } from './start-run.ts';

/** Asks for a discard. @throws RefusedError where the run goes on or keeps nothing, UsageError. */
export async function startDiscard(workspace: Workspace, run: string): Promise<{ event: string; run: string | null }> {
  const record = await readRun(workspace.repository, run);
  if (record?.kind === 'recover') {
    await requireDroppable(workspace, record);
  } else {
    const cutover = await findCutover(workspace, run);
    await requireDiscardable(workspace.repository, { run, cutover });
  }
  return startRun(workspace.repository, { name: discardRequested.name, data: { run } });
}

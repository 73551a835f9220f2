import { RefusedError } from '#lib/errors/refused-error.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { discardCutover } from './carry-out.ts';
import type { Cutover } from './cutover.ts';
import { keepFences } from './fence.ts';
import { findCutover } from './find-cutover.ts';

/**
 * Drops what a run has put aside, once the run has ended. With it goes the way back, and so a fence around the old home
 * stays for good. Safe to run twice. @throws UsageError, RefusedError (still at work, nothing there), a classified error.
 */
export async function discardFinished(workspace: Workspace, runId: string): Promise<Cutover> {
  const cutover = await findCutover(workspace, runId);
  if ((await readResult(workspace.repository, cutover.run)) === undefined) {
    throw new RefusedError(`Run ${cutover.run} has not ended: its copy is still needed.`, {
      code: 'run_not_ended',
      hint: `End it first: \`holdfast cancel ${runId}\`, or \`holdfast resume ${runId}\` where its process was killed.`,
    });
  }
  await discardCutover(workspace, cutover.run);
  const { parent } = (await readRun(workspace.repository, cutover.run)) ?? { parent: null };
  await keepFences(workspace, parent === null ? [cutover.run] : [cutover.run, parent]);
  return cutover;
}

import type { RunSteps } from '#inngest/run-step.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { writeCutover } from '#lib/cutover/cutover-store.ts';
import { preflightTarget } from '#lib/cutover/preflight-target.ts';
import type { Check } from '#lib/report/check.ts';
import type { RestorePreflight } from '#lib/restore/preflight-restore.ts';
import type { Restore } from './build-copy.ts';

/** What is known of a target before anything is changed; `refused` where that is enough to end the run. */
export type CheckedTarget =
  | { refused: true; checks: Check[] }
  | { refused: false; preflight: RestorePreflight; details: Cutover['details'] };

/** Chooses the cut-over's strategy and holds the target against the backup. The plan is kept where all is well. */
export async function checkTarget(
  steps: RunSteps,
  { run, request, backup }: Pick<Restore, 'run' | 'request' | 'backup'>,
): Promise<CheckedTarget> {
  return steps.run('preflight', async (workspace): Promise<CheckedTarget> => {
    // Safe to run twice: reads the servers only, and a plan that nothing has been done of yet may be made anew.
    const { cutover, checks, preflight } = await preflightTarget(workspace, { runId: run.id, request, backup });
    const refused = checks.some(({ passed }) => !passed);
    if (cutover === undefined || preflight === undefined || refused) return { refused: true, checks };
    await writeCutover(workspace.repository, cutover);
    return { refused: false, preflight, details: cutover.details };
  });
}

import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { chooseCutover } from '#lib/cutover/choose-cutover.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { writeCutover } from '#lib/cutover/cutover-store.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { checkBranchLimit } from '#lib/neon/check-branch-limit.ts';
import type { Check } from '#lib/report/check.ts';
import { preflightRestore, type RestorePreflight } from '#lib/restore/preflight-restore.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
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
    const { config, repository } = workspace;
    const target = findConnection(config, request.to);
    const { cutover, checks: found } = await chooseCutover(workspace, { runId: run.id, target, request });
    if (cutover === undefined) return { refused: true, checks: found };
    const { details } = cutover;
    const manifest = await readManifest(repository, backup);
    const preflight = await preflightRestore(target, {
      manifest,
      entries: await readSchemaEntries(repository, manifest),
      lanes: request.lanes ?? config.lanes,
      runId: run.id,
      confirm: request.confirm,
      content: details.strategy !== 'in-place' ? 'beside' : details.replace ? 'replaced' : 'none',
    });
    // A swap's copy lies beside the present database, on the same branch.
    const beside = details.strategy === 'database-swap' ? BigInt(preflight.server.databaseBytes) : 0n;
    const bytes = BigInt(manifest.source.databaseBytes) + beside;
    const checks = [...preflight.checks, ...found, ...(await checkBranchLimit(config, { target, bytes }))];
    if (checks.some(({ passed }) => !passed)) return { refused: true, checks };
    await writeCutover(repository, cutover);
    return { refused: false, preflight: { ...preflight, checks }, details };
  });
}

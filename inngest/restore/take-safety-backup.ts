import type { Context } from 'inngest';
import { type InvokedEnding, invokeWorkflow } from '#inngest/invoke-workflow.ts';
import { RecordedFailure } from '#inngest/recorded-failure.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { readCutover, writeCutover } from '#lib/cutover/cutover-store.ts';
import { raiseFence } from '#lib/cutover/fence.ts';
import type { Restore } from './build-copy.ts';

/**
 * Backs up what a restore in place is about to replace: this backup is its rollback. From here to the end of the run
 * the target is read-only for its clients, so that nothing is written that the backup does not have.
 */
export async function takeSafetyBackup(
  engine: { steps: RunSteps; step: Context.Any['step'] },
  { run, request }: Pick<Restore, 'run' | 'request'>,
): Promise<void> {
  const { steps } = engine;
  await steps.run('fence', (workspace) => raiseFence(workspace, { run: run.id, connection: request.to }));
  const data = { connection: request.to, label: `before ${run.id}` };
  const ended: InvokedEnding = await invokeWorkflow(engine, { kind: 'backup', slug: 'safety-backup', data });
  if (ended.error) throw new RecordedFailure(ended.error);
  await steps.run('note-safety-backup', async ({ repository }) => {
    // Safe to run twice: writes the same.
    const cutover = await readCutover(repository, run.id);
    if (cutover?.details.strategy !== 'in-place' || ended.backup === null) return;
    const safetyBackup = { connection: request.to, backupId: ended.backup };
    await writeCutover(repository, { ...cutover, details: { ...cutover.details, safetyBackup } });
  });
}

import { inngest } from '#inngest/client.ts';
import { restoreRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { nameBackup } from '#inngest/name-backup.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { performCutOver } from '#lib/cutover/carry-out.ts';
import { undoCutover } from '#lib/cutover/undo-cutover.ts';
import { type BackupKey, findManifest } from '#lib/manifest/manifest-store.ts';
import { requireUndamaged } from '#lib/standing/require-undamaged.ts';
import { awaitApproval } from './await-approval.ts';
import { buildCopy } from './build-copy.ts';
import { checkTarget } from './check-target.ts';
import { droppedEnding, keptEnding, liveEnding, notApprovedEnding, notProvenEnding, refusedEnding } from './endings.ts';
import { proveRestore } from './prove-restore.ts';
import { recordDamage, recordProof } from './record-proof.ts';
import { stageCopy } from './stage-copy.ts';
import { takeSafetyBackup } from './take-safety-backup.ts';
import { undoRestore } from './undo-restore.ts';

/**
 * Restores a backup beside the live database or into an empty one, proves the copy, and only then puts it in the live
 * one's place. Whatever fails before, the target keeps serving what it served.
 */
export const restore = inngest.createFunction(
  {
    id: 'restore',
    ...workflowOptions,
    triggers: [{ event: restoreRequested }],
    concurrency: { key: 'event.data.to', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const engine = { steps, step };
    // A drill drops what it has built: that must never be the target itself.
    const request = event.data.drill ? { ...event.data, cutover: false } : event.data;

    const run = await steps.run('open', async (workspace) =>
      openWorkflowRun(workspace, {
        runId: steps.runId,
        context,
        kind: 'restore',
        ...(await nameBackup(workspace, request)),
        target: request.to,
        parent: request.parent,
      }),
    );

    let found = run.backup;
    let key: BackupKey | undefined;
    let fenced = false;
    const restoreAndCutOver = async (): Promise<Ending> => {
      const backup = await steps.run('find-backup', async ({ repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, {
          ...{ backup: run.backup ?? request.backup, connection: run.connection ?? request.from },
        });
        const { connection, id: backupId } = manifest;
        await requireUndamaged(repository, { connection, backupId });
        return { connection, backupId, bytes: Number(manifest.totals.bytes) };
      });
      found = backup.backupId;
      key = { connection: backup.connection, backupId: backup.backupId };
      const checked = await checkTarget(steps, { run, request, backup });
      if (checked.refused) return refusedEnding(backup.backupId, checked.checks);
      const { preflight, details } = checked;

      fenced = details.strategy === 'in-place' && details.replace;
      if (fenced) await takeSafetyBackup(engine, { run, request });
      const staged = await stageCopy(steps, { run, request, details, preflight });
      const restore = { run, request, backup, preflight: { ...preflight, before: staged.before }, place: staged.place };
      const { leftOut } = await buildCopy(engine, restore);
      const proof = await proveRestore(engine, { ...restore, leftOut });
      const { lanesNote } = preflight;
      const about = { backup: backup.backupId, to: request.to, proof, leftOut, lanesNote };
      const recoveryMs = await recordProof(steps, { run, request, backup, proof });
      if (!proof.passed) return notProvenEnding(about);

      if (request.drill) {
        const undo = { runId: run.id, keepStaging: false };
        await steps.run('drop-copy', async (workspace) => void (await undoCutover(workspace, undo)));
        return droppedEnding({ ...about, recoveryMs });
      }

      if (request.cutover === false) return steps.run('keep', (workspace) => keptEnding(workspace, { run, ...about }));
      if (request.requireApproval && !(await awaitApproval(engine, about))) return notApprovedEnding(about);
      const cutover = await steps.run('cut-over', (workspace) => performCutOver(workspace, run.id));
      return liveEnding(cutover, about);
    };
    const ending = await restoreAndCutOver()
      .catch(failedEnding)
      .then((ended) => undoRestore(engine, { request, fenced, ending: ended }));
    if (key) await recordDamage(steps, { run, backup: key, ending });
    return finishRun(engine, { run: { ...run, backup: found }, ending });
  },
);

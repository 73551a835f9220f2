import { inngest } from '#inngest/client.ts';
import { restoreRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun, rollbackFailedEnding } from '#inngest/finish-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest, readManifest } from '#lib/manifest/manifest-store.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { preflightRestore } from '#lib/restore/preflight-restore.ts';
import { undoRestore } from '#lib/restore/undo-restore.ts';
import { openRun } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { buildCopy } from './build-copy.ts';
import { proveRestore } from './prove-restore.ts';

/** Restores a backup into an empty target and proves the copy; a target that cannot be proven is made empty again. */
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
    const request = event.data;

    const run = await steps.run('open', ({ repository }) =>
      openRun(repository, {
        id: steps.runId,
        kind: 'restore',
        connection: request.from ?? null,
        target: request.to,
        backup: request.backup,
        startedAt: new Date().toISOString(),
        eventId: event.id ?? '',
        engineRunId: context.runId,
      }),
    );

    let found = run.backup;
    const restoreAndProve = async (): Promise<Ending> => {
      const backup = await steps.run('find-backup', async ({ repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, { backup: request.backup, connection: request.from });
        return { connection: manifest.connection, backupId: manifest.id, bytes: Number(manifest.totals.bytes) };
      });
      found = backup.backupId;
      const preflight = await steps.run('preflight', async ({ config, repository }) => {
        // Safe to run twice: reads only.
        const manifest = await readManifest(repository, backup);
        return preflightRestore(findConnection(config, request.to), {
          manifest,
          entries: await readSchemaEntries(repository, manifest),
          lanes: request.lanes ?? config.lanes,
          runId: run.id,
          confirm: request.confirm,
        });
      });
      const refusal = refusalOf(preflight.checks);
      if (refusal) return { ...refusal, outcome: { backup: backup.backupId, preflight: preflight.checks } };

      const shape = await buildCopy({ steps, step }, { run, request, backup, preflight });
      return proveRestore({ steps, step }, { run, request, backup, preflight, leftOut: shape.leftOut });
    };
    const undoOnFailure = async (ending: Ending): Promise<Ending> => {
      if (ending.status === 'completed') return ending;
      return steps
        .run('undo', (workspace) => undoRestore(workspace, run))
        .then(
          () => ending,
          (cause) => rollbackFailedEnding(ending, cause),
        );
    };
    const ending = await restoreAndProve().catch(failedEnding).then(undoOnFailure);
    return finishRun({ steps, step }, { run: { ...run, backup: found }, ending });
  },
);

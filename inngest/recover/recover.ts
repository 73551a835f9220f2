import { inngest } from '#inngest/client.ts';
import { recoverRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun, rollbackFailedEnding } from '#inngest/finish-run.ts';
import { nameBackup } from '#inngest/name-backup.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest, readManifest } from '#lib/manifest/manifest-store.ts';
import { finishRecovery } from '#lib/recovery/finish-recovery.ts';
import { preflightRecovery } from '#lib/recovery/preflight-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { requireSideTables } from '#lib/recovery/require-side-tables.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { requireUndamaged } from '#lib/standing/require-undamaged.ts';
import { buildSideTables } from './build-side-tables.ts';
import { compareWithLive } from './compare-with-live.ts';
import { notProvenEnding, recoveredEnding } from './endings.ts';
import { proveSideTables } from './prove-side-tables.ts';

/**
 * Recovers some tables of a backup into a side schema of the live database, proves them, and reports how the live
 * tables differ. Nothing of the live schemas is changed; what a failed run has made is dropped again.
 */
export const recover = inngest.createFunction(
  {
    id: 'recover',
    ...workflowOptions,
    triggers: [{ event: recoverRequested }],
    concurrency: { key: 'event.data.to', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const engine = { steps, step };
    const request = event.data;

    const run = await steps.run('open', async (workspace) =>
      openWorkflowRun(workspace, {
        ...{ runId: steps.runId, context, kind: 'recover', target: request.to },
        ...(await nameBackup(workspace, request)),
      }),
    );

    let found = run.backup;
    const recoverAndCompare = async (): Promise<Ending> => {
      const backup = await steps.run('find-backup', async ({ repository }) => {
        // Safe to run twice: reads only.
        const manifest = await findManifest(repository, {
          ...{ backup: run.backup ?? request.backup, connection: run.connection ?? request.from },
        });
        const found = { connection: manifest.connection, backupId: manifest.id };
        await requireUndamaged(repository, found);
        return found;
      });
      found = backup.backupId;
      const preflight = await steps.run('preflight', async ({ config, repository }) => {
        // Safe to run twice: reads only.
        const manifest = await readManifest(repository, backup);
        return preflightRecovery(findConnection(config, request.to), {
          ...{ manifest, entries: await readSchemaEntries(repository, manifest) },
          ...{ patterns: request.tables, schema: request.schema, confirm: request.confirm },
          ...{ lanes: request.lanes ?? config.lanes, runId: run.id },
        });
      });
      const refusal = refusalOf(preflight.checks);
      if (refusal) return { ...refusal, outcome: { backup: backup.backupId, preflight: preflight.checks } };

      const recovery = { run, request, backup, preflight };
      const { tables, leftOut } = await buildSideTables(engine, recovery);
      const proof = await proveSideTables(engine, recovery);
      if (!proof.passed) return notProvenEnding({ request, backup: backup.backupId, proof });
      const compared = await compareWithLive(engine, recovery);
      await steps.run('finish', async ({ config, repository }) => {
        // Safe to run twice: looks, then takes away what may be gone; the schema keeps its mark.
        const target = findConnection(config, request.to);
        await requireSideTables(target, { runId: run.id, plan: await readRecoveryPlan(repository, run.id) });
        await finishRecovery(run.id, { target, repository });
      });
      return recoveredEnding({ request, backup: backup.backupId, proof, tables, compared, leftOut });
    };
    // Safe to run twice, as `undoRecovery` says.
    const undoOnFailure = async (ending: Ending): Promise<Ending> => {
      if (ending.status === 'completed') return ending;
      return steps
        .run('undo', (workspace) => undoRecovery(workspace, run.id))
        .then(
          () => ending,
          (cause) => rollbackFailedEnding(ending, cause),
        );
    };
    const ending = await recoverAndCompare().catch(failedEnding).then(undoOnFailure);
    return finishRun(engine, { run: { ...run, backup: found }, ending });
  },
);

import { sendLogged } from '#inngest/audit/send-logged.ts';
import { recordError } from '#inngest/carried-error.ts';
import { inngest } from '#inngest/client.ts';
import { backupRequested, pruneRequested } from '#inngest/events.ts';
import { type Ending, failedEnding, finishRun } from '#inngest/finish-run.ts';
import { openWorkflowRun } from '#inngest/open-workflow-run.ts';
import { workflowSteps } from '#inngest/run-step.ts';
import { workflowOptions } from '#inngest/workflow-options.ts';
import { releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { preflightBackup } from '#lib/backup/preflight-backup.ts';
import { readsFromBranch, releaseSnapshotBranch, takeSnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { backUpEpoch } from './back-up-epoch.ts';
import { storeFormats } from './store-formats.ts';
import { untilSnapshotHolds } from './until-snapshot-holds.ts';

/** Backs a connection up: preflight, then snapshot, schema, plan, copy, queries and commit in one epoch. */
export const backup = inngest.createFunction(
  {
    id: 'backup',
    ...workflowOptions,
    triggers: [{ event: backupRequested }],
    concurrency: { key: 'event.data.connection', limit: 1 },
  },
  async (context) => {
    const { event, step } = context;
    const steps = workflowSteps(context);
    const request = event.data;

    const run = await steps.run('open', (workspace) =>
      openWorkflowRun(workspace, {
        runId: steps.runId,
        context,
        kind: 'backup',
        connection: request.connection,
        target: null,
        backup: createBackupId(new Date()),
        parent: request.parent,
      }),
    );

    let isCommitted = false;
    const backUp = async (): Promise<Ending> => {
      const { fromBranch, formats, ...preflight } = await steps.run('preflight', async ({ config }) => {
        const connection = findConnection(config, request.connection);
        const force = request.pgDump ?? config.pgDump;
        const asked = { environment: readEnvironment(), force, lanes: request.lanes ?? config.lanes };
        const checked = await preflightBackup(connection, asked);
        const fromBranch = readsFromBranch(config, connection);
        // A branch has a compute of its own, and connections of its own.
        const formats = config.formats.of(connection.name);
        return { ...checked, fromBranch, formats, ...(fromBranch ? { lanes: asked.lanes, lanesNote: null } : {}) };
      });
      const refusal = refusalOf(preflight.checks);
      if (refusal) return { ...refusal, outcome: { preflight } };
      const branch = fromBranch
        ? await steps.run('snapshot-branch', (workspace) =>
            takeSnapshotBranch(workspace, {
              run: run.id,
              connection: findConnection(workspace.config, request.connection),
            }),
          )
        : null;
      const ending = await untilSnapshotHolds((epoch) =>
        backUpEpoch({ steps, step }, { run, request, epoch, branch, preflight }),
      );
      isCommitted = ending.status === 'completed';
      // A backup that is a part of another run, such as a transfer, is there for it and not for other readers.
      return run.parent === null ? storeFormats(steps, { run, ending, formats }) : ending;
    };
    const ending = await backUp().catch(failedEnding);

    const after = await steps
      .run('release', async (workspace) => {
        await releaseSnapshot(run.id);
        await releaseSnapshotBranch(workspace, run.id);
        return { left: '', prunes: workspace.config.retention.of(request.connection) !== null };
      })
      // A backup is good although its branch is still there, and the mark of the branch brings the sweeper to it.
      .catch((cause: unknown) => ({
        left: ` What it held is left to the next sweep: ${recordError(cause).message}`,
        prunes: false,
      }));
    const outcome = await finishRun(
      { steps, step },
      { run, ending: { ...ending, message: `${ending.message}${after.left}` } },
    );
    if (after.prunes && isCommitted) {
      const { connection } = request;
      const who = { kind: 'retention', id: connection, name: `retention of ${connection}` } as const;
      const event = { name: pruneRequested.name, data: { connection }, id: `${run.id}.prune` };
      // A run of its own, after the commit: whatever becomes of it, the backup is good.
      await sendLogged(context, { slug: 'prune', who, event });
    }
    return outcome;
  },
);

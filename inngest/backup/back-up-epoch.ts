import type { Context } from 'inngest';
import type { z } from 'zod';
import type { backupRequested } from '#inngest/events.ts';
import type { Ending } from '#inngest/finish-run.ts';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { answerInSnapshot } from '#lib/backup/answer-in-snapshot.ts';
import { holdSnapshot, releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { planBackup } from '#lib/backup/plan-backup.ts';
import type { BackupPreflight } from '#lib/backup/preflight-backup.ts';
import { noteMigration } from '#lib/backup/read-migration.ts';
import type { Snapshot } from '#lib/backup/snapshot.ts';
import type { SnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import { storeSchema } from '#lib/backup/store-schema.ts';
import { noteUnwritten } from '#lib/backup/unwritten-branch.ts';
import { writeBackup } from '#lib/backup/write-backup.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findDeploy } from '#lib/config/find-deploy.ts';
import { storeRestoreScript } from '#lib/export/restore-script/store-restore-script.ts';
import { home, locate } from '#lib/postgres/place.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { copyLane } from './copy-lane.ts';

/** What the steps of one epoch work on. */
interface Epoch {
  run: RunRecord;
  request: z.infer<typeof backupRequested.schema>;
  epoch: number;
  /** The branch to read from in place of the source itself, the same in every epoch. */
  branch: SnapshotBranch | null;
  preflight: BackupPreflight;
}

/** One whole reading of the source under one snapshot, ending in a committed backup. */
export async function backUpEpoch(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, epoch, branch, preflight }: Epoch,
): Promise<Ending> {
  const { server, lanesNote } = preflight;
  const at = { runId: run.id, epoch };
  const place = branch?.place ?? home;
  const source = ({ config }: Workspace) => ({
    connection: locate(findConnection(config, request.connection), place),
    lockTimeoutMs: config.lockTimeoutMs,
    major: server.major,
  });

  const snapshot = await steps.run(
    `snapshot-${epoch}`,
    (workspace): Promise<Snapshot> =>
      branch ? noteUnwritten(source(workspace).connection, branch) : holdSnapshot(run.id, source(workspace)),
  );

  const schema = await steps.run(`schema-${epoch}`, (workspace) =>
    storeSchema({
      ...source(workspace),
      holder: run.id,
      snapshot,
      force: request.pgDump ?? workspace.config.pgDump,
      environment: readEnvironment(),
      repository: workspace.repository,
    }),
  );

  const lanes = await steps.run(`plan-${epoch}`, (workspace) =>
    planBackup(at, {
      ...source(workspace),
      snapshot,
      lanes: preflight.lanes,
      repository: workspace.repository,
    }),
  );

  await joinLanes(
    lanes.map((pieces, lane) => {
      const from = { connection: request.connection, place, snapshot };
      const data = { ...at, number: steps.nextNumber(), lane, pieces, ...from };
      return step.invoke(`copy-${epoch}-${lane}`, { function: copyLane, data });
    }),
  );

  await steps.run(`queries-${epoch}`, async (workspace) => {
    const asked = { ...source(workspace), snapshot, repository: workspace.repository };
    await noteMigration(at, asked);
    return answerInSnapshot(at, asked);
  });

  const totals = await steps.run('commit', async ({ repository }) => {
    // Safe to run twice: after the last reading nobody needs the snapshot, and the manifest is written once.
    await releaseSnapshot(run.id);
    const { id: runId, startedAt, backup } = run;
    const named = { id: backup ?? runId, connection: request.connection, label: request.label ?? null };
    const told = request.git && { sha: request.git.sha ?? null, ref: request.git.ref ?? null };
    const deploy = { ...findDeploy(readEnvironment()), ...told };
    const facts = { ...named, runId, epoch, startedAt, deploy, server, snapshot, schema };
    return writeBackup(repository, facts, (manifest) => storeRestoreScript(repository, manifest));
  });

  return {
    status: 'completed',
    exitCode: 0,
    message: `Backup ${run.backup} of ${request.connection}: ${totals.rows} rows in ${totals.chunks} chunks.${tellEpochs(epoch)}`,
    outcome: {
      backup: run.backup,
      totals,
      epochs: epoch,
      pgDump: schema.tool,
      snapshotBranch: branch?.name ?? null,
      lanesNote,
    },
    error: null,
  };
}

function tellEpochs(epoch: number): string {
  if (epoch === 1) return '';
  return ` Its snapshot, or a chunk that it counted on, was lost ${epoch === 2 ? 'once' : `${epoch - 1} times`}, and the rows were read again.`;
}

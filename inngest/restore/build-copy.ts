import type { Context } from 'inngest';
import type { z } from 'zod';
import type { restoreRequested } from '#inngest/events.ts';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { locate, type Place } from '#lib/postgres/place.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { finishRestore } from '#lib/restore/finish-restore.ts';
import type { RestorePreflight } from '#lib/restore/preflight-restore.ts';
import { prepareTarget, type RestoreShape } from '#lib/restore/prepare-target.ts';
import { readRestorePlan } from '#lib/restore/restore-state.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { buildLane } from './build-lane.ts';
import { loadLane } from './load-lane.ts';

/** What the steps of a restore work on. */
export interface Restore {
  run: RunRecord;
  request: z.infer<typeof restoreRequested.schema>;
  backup: BackupKey & { bytes: number };
  preflight: RestorePreflight;
  /** Where the copy is built, seen from the target connection. */
  place: Place;
}

/** Builds the copy where it is staged: ledger, pre-data, rows, post-data wave by wave, and last what must not see the restore. */
export async function buildCopy(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight, place }: Restore,
): Promise<RestoreShape> {
  const copy = ({ config }: Workspace) => locate(findConnection(config, request.to), place);
  const lowerTarget = preflight.checks.find(({ name, detail }) => name === 'server version' && /lower/.test(detail));

  const shape = await steps.run('prepare', async (workspace) =>
    prepareTarget(run.id, {
      manifest: await readManifest(workspace.repository, backup),
      target: copy(workspace),
      preflight,
      lanes: preflight.lanes,
      repository: workspace.repository,
    }),
  );

  await steps.run('pre-data', async (workspace) => {
    const { preData } = await readRestorePlan(workspace.repository, run.id);
    await applyPreData(copy(workspace), {
      runId: run.id,
      statements: preData,
      lowerTarget: lowerTarget?.detail,
    });
  });

  await joinLanes(
    shape.rows.map((chunks, lane) => {
      const data = { runId: run.id, number: steps.nextNumber(), lane, chunks, backup, target: request.to, place };
      return step.invoke(`load-${lane}`, { function: loadLane, data });
    }),
  );

  for (const [wave, { lanes }] of shape.waves.entries()) {
    await joinLanes(
      lanes.map((groups, lane) => {
        const about = { wave, lane, groups, target: request.to, place, lowerTarget: lowerTarget?.detail ?? null };
        const data = { runId: run.id, number: steps.nextNumber(), ...about };
        return step.invoke(`build-${wave}-${lane}`, { function: buildLane, data });
      }),
    );
  }

  await steps.run('finish', async (workspace) => {
    const { repository } = workspace;
    const { last } = await readRestorePlan(repository, run.id);
    await finishRestore(copy(workspace), { runId: run.id, last, repository });
  });
  return shape;
}

import type { Context } from 'inngest';
import type { z } from 'zod';
import type { restoreRequested } from '#inngest/events.ts';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { finishRestore } from '#lib/restore/finish-restore.ts';
import type { RestorePreflight } from '#lib/restore/preflight-restore.ts';
import { prepareTarget, type RestoreShape } from '#lib/restore/prepare-target.ts';
import { readRestorePlan } from '#lib/restore/restore-state.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { buildLane } from './build-lane.ts';
import { loadLane } from './load-lane.ts';

/** What the steps of a restore work on. */
export interface Restore {
  run: RunRecord;
  request: z.infer<typeof restoreRequested.schema>;
  backup: BackupKey & { bytes: number };
  preflight: RestorePreflight;
}

/** Builds the copy: ledger, pre-data, rows, post-data wave by wave, and last what must not see the restore. */
export async function buildCopy(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight }: Restore,
): Promise<RestoreShape> {
  const to = request.to;
  const lowerTarget = preflight.checks.find(({ name, detail }) => name === 'server version' && /lower/.test(detail));

  const shape = await steps.run('prepare', async ({ config, repository }) =>
    prepareTarget(run.id, {
      manifest: await readManifest(repository, backup),
      target: findConnection(config, to),
      preflight,
      lanes: request.lanes ?? config.lanes,
      repository,
    }),
  );

  await steps.run('pre-data', async ({ config, repository }) => {
    const { preData } = await readRestorePlan(repository, run.id);
    await applyPreData(findConnection(config, to), {
      runId: run.id,
      statements: preData,
      lowerTarget: lowerTarget?.detail,
    });
  });

  await joinLanes(
    shape.rows.map((chunks, lane) => {
      const data = { runId: run.id, number: steps.nextNumber(), lane, chunks, backup, target: to };
      return step.invoke(`load-${lane}`, { function: loadLane, data });
    }),
  );

  for (const [wave, { lanes }] of shape.waves.entries()) {
    await joinLanes(
      lanes.map((groups, lane) => {
        const about = { wave, lane, groups, target: to, lowerTarget: lowerTarget?.detail ?? null };
        const data = { runId: run.id, number: steps.nextNumber(), ...about };
        return step.invoke(`build-${wave}-${lane}`, { function: buildLane, data });
      }),
    );
  }

  await steps.run('finish', async ({ config, repository }) => {
    const { last } = await readRestorePlan(repository, run.id);
    await finishRestore(findConnection(config, to), { runId: run.id, last, repository });
  });
  return shape;
}

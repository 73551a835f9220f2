import type { Context } from 'inngest';
import type { z } from 'zod';
import type { recoverRequested } from '#inngest/events.ts';
import { joinLanes, workOff } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { type BackupKey, readManifest } from '#lib/manifest/manifest-store.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import type { RecoveryPreflight } from '#lib/recovery/preflight-recovery.ts';
import { prepareRecovery, type RecoveryShape } from '#lib/recovery/prepare-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { applyGroups, applyPreData } from '#lib/restore/apply-statements.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { recoverLoadLane } from './load-lane.ts';

/** What the steps of a recovery work on. */
export interface Recovery {
  run: RunRecord;
  request: z.infer<typeof recoverRequested.schema>;
  backup: BackupKey;
  preflight: RecoveryPreflight;
}

/** Builds the side schema: ledger and schema, tables, rows, then keys and statistics. */
export async function buildSideTables(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight }: Recovery,
): Promise<RecoveryShape> {
  const shape = await steps.run('prepare', async ({ config, repository }) => {
    const manifest = await readManifest(repository, backup);
    const { unlogged, lanes } = preflight;
    const plan = planRecovery(
      { manifest, entries: await readSchemaEntries(repository, manifest) },
      { patterns: request.tables, schema: request.schema, lanes, unlogged },
    );
    const target = findConnection(config, request.to);
    return prepareRecovery(run.id, { plan, target, repository, lockTimeoutMs: config.lockTimeoutMs });
  });

  await steps.run('tables', async ({ config, repository }) => {
    const { create } = await readRecoveryPlan(repository, run.id);
    await applyPreData(findConnection(config, request.to), { runId: run.id, statements: create });
  });

  await joinLanes(
    shape.rows.map((chunks, lane) => {
      const data = { runId: run.id, number: steps.nextNumber(), lane, chunks, backup, target: request.to };
      return step.invoke(`load-${lane}`, { function: recoverLoadLane, data });
    }),
  );

  await joinLanes([
    workOff(shape.keys, (from) =>
      steps.run(`keys-${from}`, async ({ config, repository }) => {
        const { keys } = await readRecoveryPlan(repository, run.id);
        const groups = keys.map((statement) => [statement]);
        const target = findConnection(config, request.to);
        const about = { groups, target, repository, budgetMs: config.stepBudgetMs };
        return applyGroups({ runId: run.id, lane: 'keys', phase: 'keys', from }, about);
      }),
    ),
  ]);
  return shape;
}

import type { Context } from 'inngest';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { addDigests } from '#lib/digest/add-digests.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { writeProofPlan } from '#lib/proof/proof-store.ts';
import { type ProofSummary, summarizeProof } from '#lib/proof/summarize-proof.ts';
import { digestReordered, listReordered } from '#lib/recovery/digest-reordered.ts';
import { planSideProof } from '#lib/recovery/plan-side-proof.ts';
import { proveRecovery } from '#lib/recovery/prove-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { manifestToProve } from '#lib/recovery/side-tables.ts';
import type { Recovery } from './build-side-tables.ts';
import { recoverProofLane } from './proof-lane.ts';

/** Reads the side tables back and holds each against the manifest, by the number of its rows and by their content. */
export async function proveSideTables(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight }: Recovery,
): Promise<ProofSummary> {
  const shape = await steps.run('plan-proof', async ({ config, repository }) => {
    // Safe to run twice: reads the side tables only, and the first plan stays.
    const manifest = await readManifest(repository, backup);
    const plan = await readRecoveryPlan(repository, run.id);
    const about = { plan, major: preflight.major, lanes: preflight.lanes };
    const { lanes } = await withSession(findConnection(config, request.to), async (session) =>
      writeProofPlan(repository, run.id, await planSideProof(session, about)),
    );
    const { tables } = manifestToProve(manifest, plan, []);
    return {
      lanes: lanes.map((parts) => parts.length),
      totalBytes: tables.reduce((sum, { bytes }) => sum + Number(bytes), 0),
      tables: tables.length,
      reordered: listReordered(manifest, plan).length,
    };
  });

  await joinLanes(
    shape.lanes.map((parts, lane) => {
      const about = { lane, parts, totalBytes: shape.totalBytes, target: request.to };
      const data = { runId: run.id, number: steps.nextNumber(), ...about };
      return step.invoke(`proof-${lane}`, { function: recoverProofLane, data });
    }),
  );

  const reordered = Array.from({ length: shape.tables }, () => '0');
  for (let from = 0; from < shape.reordered; ) {
    const { next, digests } = await steps.run(`reorder-${from}`, async ({ config, repository }) =>
      digestReordered(from, {
        plan: await readRecoveryPlan(repository, run.id),
        manifest: await readManifest(repository, backup),
        repository,
        budgetMs: config.stepBudgetMs,
      }),
    );
    for (const { side, digest } of digests) reordered[side] = addDigests(reordered[side] ?? '0', digest);
    from = next;
  }

  return steps.run('proof', async ({ repository }) => {
    const manifest = await readManifest(repository, backup);
    const plan = await readRecoveryPlan(repository, run.id);
    return summarizeProof(await proveRecovery(run.id, { plan, manifest, reordered, repository }));
  });
}

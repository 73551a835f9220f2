import type { Context } from 'inngest';
import type { Ending } from '#inngest/finish-run.ts';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { planProof } from '#lib/proof/plan-proof.ts';
import { writeProofPlan } from '#lib/proof/proof-store.ts';
import { proveCopy } from '#lib/proof/prove-copy.ts';
import { summarizeProof } from '#lib/proof/summarize-proof.ts';
import type { Restore } from './build-copy.ts';
import { proofLane } from './proof-lane.ts';

/** Reads the copy back, holds it against the manifest, and answers how the run ends. */
export async function proveRestore(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight, leftOut }: Restore & { leftOut: readonly { object: string; reason: string }[] },
): Promise<Ending> {
  const lanes = await steps.run('plan-proof', async ({ config, repository }) => {
    // Safe to run twice: reads the copy only, and the first plan stays.
    const manifest = await readManifest(repository, backup);
    const plan = await withSession(findConnection(config, request.to), (session) =>
      planProof(session, {
        manifest,
        major: preflight.server.major,
        lanes: request.lanes ?? config.lanes,
        level: request.proof ?? config.proof,
      }),
    );
    const { lanes } = await writeProofPlan(repository, run.id, plan);
    return lanes.map((parts) => parts.length);
  });

  await joinLanes(
    lanes.map((parts, lane) => {
      const about = { lane, parts, totalBytes: backup.bytes, target: request.to };
      const data = { runId: run.id, number: steps.nextNumber(), ...about };
      return step.invoke(`proof-${lane}`, { function: proofLane, data });
    }),
  );

  const proof = await steps.run('proof', async ({ config, repository }) => {
    const about = { target: findConnection(config, request.to), major: preflight.server.major, repository, leftOut };
    return summarizeProof(await proveCopy(run.id, { manifest: await readManifest(repository, backup), ...about }));
  });

  const outcome = { backup: backup.backupId, proof, leftOut };
  if (proof.passed) {
    const message = `Backup ${backup.backupId} is restored to ${request.to} and proven: ${proof.checks} checks passed.`;
    return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
  }
  const message = `The proof failed: ${proof.failures[0] ?? 'no check passed'}`;
  const hint = 'Nothing went live; the target is empty again. See every check with `holdfast show RUN`.';
  const error = { name: 'ProofFailed', code: 'proof_failed', message, hint, exitCode: exitCodes.proofFailed };
  return { status: 'proof-failed', exitCode: exitCodes.proofFailed, message, outcome, error };
}

import type { Context } from 'inngest';
import { joinLanes } from '#inngest/lane.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';
import { planProof } from '#lib/proof/plan-proof.ts';
import { writeProofPlan } from '#lib/proof/proof-store.ts';
import { proveCopy } from '#lib/proof/prove-copy.ts';
import { type ProofSummary, summarizeProof } from '#lib/proof/summarize-proof.ts';
import type { RestoreShape } from '#lib/restore/prepare-target.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Restore } from './build-copy.ts';
import { proofLane } from './proof-lane.ts';

/** Reads the copy back where it is staged and holds it against the manifest. */
export async function proveRestore(
  { steps, step }: { steps: RunSteps; step: Context.Any['step'] },
  { run, request, backup, preflight, place, leftOut }: Restore & { leftOut: RestoreShape['leftOut'] },
): Promise<ProofSummary> {
  const copy = ({ config }: Workspace) => locate(findConnection(config, request.to), place);
  const lanes = await steps.run('plan-proof', async (workspace) => {
    const { config, repository } = workspace;
    // Safe to run twice: reads the copy only, and the first plan stays.
    const manifest = await readManifest(repository, backup);
    const plan = await withSession(copy(workspace), (session) =>
      planProof(session, {
        manifest,
        major: preflight.server.major,
        lanes: preflight.lanes,
        level: request.proof ?? config.proof,
      }),
    );
    const { lanes } = await writeProofPlan(repository, run.id, plan);
    return lanes.map((parts) => parts.length);
  });

  await joinLanes(
    lanes.map((parts, lane) => {
      const about = { lane, parts, totalBytes: backup.bytes, target: request.to, place };
      const data = { runId: run.id, number: steps.nextNumber(), ...about };
      return step.invoke(`proof-${lane}`, { function: proofLane, data });
    }),
  );

  return steps.run('proof', async (workspace) => {
    const { repository } = workspace;
    const about = { target: copy(workspace), major: preflight.server.major, repository, leftOut };
    return summarizeProof(await proveCopy(run.id, { manifest: await readManifest(repository, backup), ...about }));
  });
}

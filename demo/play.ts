import { renderProof } from '#cli/output/render-proof.ts';
import { runWorkflow } from '#cli/workflow/run-workflow.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import type { Proof } from '#lib/proof/proof.ts';
import { readProof } from '#lib/proof/proof-store.ts';
import { proveDatabase } from '#lib/proof/prove-database.ts';
import { describeBytes, describeCount, describeMany } from '#lib/report/describe-amounts.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { createGameStudio } from './game-studio.ts';
import type { Stage } from './open-stage.ts';
import type { Speaker } from './speaker.ts';

const damage = 'update forge_operations set fee = fee + 0.00000001 where id = 4711';

/** Backs the studio up, restores and proves it, damages the copy, proves again, and backs up once more. */
export async function play(speaker: Speaker, stage: Stage): Promise<void> {
  const { say, step, terminal } = speaker;
  await step(
    'Fill the source with a game studio',
    () => withClient(stage.source, (session) => createGameStudio(session, { seed: 20_261_121, scale: 1 })),
    () => 'players, sessions, eligibilities, NFTs, forge operations and leaderboards are there',
  );
  const workspace = await openWorkspace({ create: true });

  const first = await step(
    `Back it up into ${stage.repository}`,
    () => backUp(speaker, workspace),
    ({ totals, answers }) =>
      `${describeCount(totals.rows)} rows, ${describeBytes(totals.bytes)} of text in ${describeMany(totals.chunks, 'chunk')}, ` +
      `${describeBytes(totals.stored)} stored, ${answers.length} critical queries answered`,
  );

  const proof = await step(
    'Restore it into the empty database on PostgreSQL 18, and prove the copy',
    () => restore(speaker, workspace),
    ({ checks }) => `restored and proven by ${describeMany(checks.length, 'check')}`,
  );
  say(`\n${renderProof(terminal, proof)}`);

  await step(
    'Damage one row in the copy',
    () => runSql(stage.target, damage),
    () => damage,
  );

  const again = await step(
    'Prove the copy again',
    () => proveAgain(workspace, first),
    ({ checks }) =>
      `${describeMany(checks.filter(({ passed }) => !passed).length, 'check')} of ${checks.length} failed`,
  );
  if (again.passed) throw new Error('The proof has not seen the damaged row.');
  say(`\n${renderProof(terminal, again)}`);

  const before = await countStored(workspace);
  await step(
    'Back up once more',
    () => backUp(speaker, workspace),
    ({ totals }) =>
      `${describeBytes(totals.newStored)} of rows were new, of ${describeBytes(totals.stored)} in the backup`,
  );
  const added = (await countStored(workspace)) - before;
  say(
    `   The whole backup added ${describeBytes(added)}: its manifest, which names the chunks that were there already.`,
  );
}

async function backUp(speaker: Speaker, workspace: Workspace): Promise<Manifest> {
  const data = { connection: 'production' };
  await runToEnd(speaker, workspace, { name: 'holdfast/backup.requested', data, title: 'backup of production' });
  return findManifest(workspace.repository, { backup: 'latest', connection: 'production' });
}

async function restore(speaker: Speaker, workspace: Workspace): Promise<Proof> {
  const data = { backup: 'latest', from: 'production', to: 'neon' };
  const event = { name: 'holdfast/restore.requested', data, title: 'restore of the latest backup to neon' };
  const runId = await runToEnd(speaker, workspace, event);
  const proof = await readProof(workspace.repository, runId);
  if (proof === undefined) throw new Error(`Run ${runId} left no proof.`);
  return proof;
}

async function proveAgain({ config, repository }: Workspace, manifest: Manifest): Promise<Proof> {
  return proveDatabase(findConnection(config, 'neon'), { manifest, level: 'content', repository });
}

/** Runs a workflow by the same code as the CLI does. */
async function runToEnd(
  { terminal }: Speaker,
  workspace: Workspace,
  { name, data, title }: { name: string; data: Record<string, string>; title: string },
): Promise<string> {
  const request = { event: { name, data }, connections: ['production', 'neon'], title };
  const { runId, result, error } = await runWorkflow(terminal, workspace, request);
  if (result?.status === 'completed') return runId;
  throw new Error(`Run ${runId} (${title}) ended badly: ${error?.message ?? result?.status}`);
}

/** Bytes of the repository but for the records of runs. */
async function countStored({ repository }: Workspace): Promise<number> {
  let bytes = 0;
  for (const prefix of ['chunks/', 'backups/']) {
    for await (const { size } of repository.store.list(prefix)) bytes += size;
  }
  return bytes;
}

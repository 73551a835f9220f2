import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/**
 * A recovery of the table `players` that has failed, with the schema `side` in the connection `source`, which it could
 * not drop: as a machine leaves it that was switched off. `prepare` is the step that makes the schema, once more.
 */
export async function leaveSideSchema({
  config,
  repository,
}: Workspace): Promise<{ run: RunRecord; prepare: () => Promise<unknown> }> {
  const target = findConnection(config, 'source');
  const manifest = await findManifest(repository, { backup: 'latest' });
  const backup = { manifest, entries: await readSchemaEntries(repository, manifest) };
  const plan = planRecovery(backup, { patterns: ['players'], schema: 'side', lanes: 1, unlogged: false });
  const run = await openRun(repository, {
    ...{ id: '20261120T000000Z-abcdef', kind: 'recover', eventId: 'e', engineRunId: 'r', parent: null },
    ...{ connection: 'source', target: 'source', backup: manifest.id, startedAt: '2026-11-20T00:00:00.000Z' },
  });
  const prepare = () => prepareRecovery(run.id, { plan, target, repository, lockTimeoutMs: 1_000 });
  await prepare();
  await applyPreData(target, { runId: run.id, statements: plan.create });
  const error = {
    name: 'RollbackFailedError',
    code: 'unreachable',
    message: 'No answer.',
    hint: 'Try again.',
    exitCode: 7 as const,
  };
  const ended = { completedAt: '2026-11-20T00:01:00.000Z', durationMs: 60_000, outcome: null };
  await closeRun(repository, { run, status: 'failed', exitCode: 7, ...ended, error });
  return { run, prepare };
}

import { expect, it } from 'vitest';
import { failedEnding } from '#inngest/finish-run.ts';
import { recordDamage } from '#inngest/restore/record-proof.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { isKnownDamaged, listStandings } from '#lib/standing/list-standings.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { makeManifest, makeTable, nameOf } from '#tests/unit/verify/make-manifest.ts';

const id = '20251120T014500Z-cccccc';
const hint = 'Restore from another backup.';

/** Whether a restore that ended with this error leaves the backup known to be damaged. */
async function isDamagedAfter(error: Error): Promise<boolean | undefined> {
  await using place = await openFileRepository();
  const { repository } = place;
  await writeManifest(repository, { ...makeManifest([makeTable('players', [nameOf('1')])]), id });
  const workspace = { repository, config: resolveConfig({}, { DATABASE_URL: 'postgres://localhost/x' }) };
  const steps = {
    runId: 'r',
    nextNumber: () => '1',
    run: <T>(_: string, body: (at: typeof workspace) => Promise<T>) => body(workspace),
  };
  const about = {
    connection: 'production',
    target: 'copy',
    backup: id,
    startedAt: '2025-11-21T01:45:00.000Z',
    parent: null,
  };
  const run = { ...about, id: '20251121T014500Z-x7k2qd', kind: 'restore', eventId: 'e', engineRunId: 'r' } as const;
  await recordDamage(steps, { run, backup: { connection: 'production', backupId: id }, ending: failedEnding(error) });
  const [standing] = await listStandings(repository);
  return standing && isKnownDamaged(standing);
}

it('a chunk that a restore finds damaged makes its backup one that is known to be', async () => {
  expect(await isDamagedAfter(new DamagedError('chunks/11/1 is missing.', { code: 'object_missing', hint }))).toBe(
    true,
  );
});

it('what the run keeps for itself, and what is no damage, says nothing about the backup', async () => {
  const lost = new DamagedError('runs/r/plan.json is missing.', { code: 'run_state_missing', hint });
  expect(await isDamagedAfter(lost)).toBe(false);
  expect(await isDamagedAfter(new DamagedError('runs/r/x was changed', { code: 'object_changed', hint }))).toBe(false);
  expect(await isDamagedAfter(new Error('something else'))).toBe(false);
});

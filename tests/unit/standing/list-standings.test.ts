import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { isKnownDamaged, listStandings } from '#lib/standing/list-standings.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

it('looks are dated by the store, and damage that was found last counts, whoever was asked first', async () => {
  await using place = await openFileRepository();
  const { repository, folder } = place;
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
  const backup = { connection: 'shop', backupId: createBackupId(hoursAgo(12)) };
  await repository.store.put(manifestKey(backup), [Buffer.from('{}')]);
  for (const { asked, ended, passed } of [
    { asked: 11, ended: 7, passed: false },
    { asked: 10, ended: 9, passed: true },
    { asked: -2_000, ended: 8, passed: true },
  ]) {
    const run = deriveRunId(hoursAgo(asked).getTime(), `${asked}`);
    const at = hoursAgo(asked).toISOString();
    await recordCheck(repository, backup, { kind: 'verify', passed, run, at, how: '', recoveryMs: null });
    const name = `${run}-verify-${passed ? 'passed' : 'failed'}.json`;
    await utimes(
      join(folder, 'backups', 'shop', backup.backupId, 'checks', name),
      ...([hoursAgo(ended), hoursAgo(ended)] as const),
    );
  }
  const [standing] = await listStandings(repository);
  expect(standing?.checks.map(({ passed }) => passed)).toEqual([true, false]);
  expect(standing?.ahead).toMatchObject([{ kind: 'verify', passed: true }]);
  expect(standing && isKnownDamaged(standing)).toBe(true);
});

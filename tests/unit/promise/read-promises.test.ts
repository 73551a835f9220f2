import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { readMetrics } from '#lib/metrics/read-metrics.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

it('one record that is damaged takes nothing else away, and is a note', async () => {
  await using place = await makeRunPlace();
  const { repository } = place;
  const now = new Date('2026-11-21T12:00:00Z');
  const open = await place.open(1);
  const failed = await place.open(2);
  await place.close(failed, 'failed');
  const [cutOpen, cutFailed] = [await place.open(3), await place.open(4)];
  await place.close(cutFailed, 'failed');
  await repository.store.put(`${runFolder(cutOpen.id)}run.json`, [Buffer.from('{"id":')]);
  await repository.store.put(`${runFolder(cutFailed.id)}result.json`, [Buffer.from('{"run":')]);

  const config = resolveConfig({ connections: { source: {}, other: {} } }, {});
  const promises = await readPromises({ config, repository }, now);
  expect(promises).toMatchObject([
    { connection: 'other', running: [], lastFailure: null },
    { connection: 'source', running: [{ run: open.id }], lastFailure: { run: failed.id } },
  ]);
  for (const { notes } of promises) {
    expect(notes.toSorted()).toEqual([
      `The record of run ${cutOpen.id} is damaged, whatever connection it is about.`,
      `The record of run ${cutFailed.id} is damaged, whatever connection it is about.`,
    ]);
  }
  expect((await readMetrics({ config, repository }, now)).text).toContain('holdfast_open_runs');
});

it('a check that is damaged is passed over for the recovery before it, and is a note', async () => {
  await using place = await openFileRepository();
  const { repository, folder } = place;
  const now = new Date();
  const backup = { connection: 'source', backupId: createBackupId(now) };
  await repository.store.put(manifestKey(backup), [Buffer.from('{}')]);
  const check = { kind: 'proof', passed: true, at: now.toISOString(), how: '', recoveryMs: 7_000 } as const;
  await recordCheck(repository, backup, { ...check, run: '20261120T000000Z-aaaa' });
  const cut = `backups/source/${backup.backupId}/checks/20261121T000000Z-bbbb-proof-passed.json`;
  await writeFile(join(folder, cut), '{');
  const config = resolveConfig({ connections: { source: {} } }, {});
  const [promise] = await readPromises({ config, repository }, now);
  expect(promise?.recoveryMs).toBe(7_000);
  expect(promise?.notes).toEqual(['What run 20261121T000000Z-bbbb has measured cannot be read: its check is damaged.']);
});

it('the recovery that a drill has measured is known behind any number of restores', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const now = new Date();
  const backup = { connection: 'source', backupId: createBackupId(now) };
  await repository.store.put(manifestKey(backup), [Buffer.from('{}')]);
  const check = { kind: 'proof', passed: true, at: now.toISOString(), how: '' } as const;
  await recordCheck(repository, backup, { ...check, run: '20261101T000000Z-aaaa', recoveryMs: 7_000 });
  for (let n = 10; n < 55; n++) {
    await recordCheck(repository, backup, { ...check, run: `20261120T0000${n}Z-aaaa`, recoveryMs: null });
  }
  const config = resolveConfig({ connections: { source: {} } }, {});
  const [promise] = await readPromises({ config, repository }, now);
  expect(promise?.recoveryMs).toBe(7_000);
});

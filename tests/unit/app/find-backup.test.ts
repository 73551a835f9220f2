import { expect, it } from 'vitest';
import { findBackup } from '#app/restore/find-backup.ts';
import type { Identity } from '#lib/access/identity.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { createBackupId } from '#lib/repository/backup-id.ts';
import { makeBackupPlace } from '#tests/unit/backup-view/backup-place.ts';

const hourMs = 3_600_000;
const whole: Identity = { kind: 'token', id: 'a', name: 'ci', role: 'operator', scope: null };

it('the API and the command line mean the same backup', async () => {
  await using place = await makeBackupPlace();
  const { repository } = place;
  const now = Date.now();
  const old = createBackupId(new Date(now - 48 * hourMs));
  const newest = createBackupId(new Date(now - 24 * hourMs));
  const other = createBackupId(new Date(now - 12 * hourMs));
  const ahead = createBackupId(new Date(now + 24 * hourMs));
  for (const id of [old, newest, ahead]) await place.commit(0, { id });
  await place.commit(0, { id: other, connection: 'other' });
  const both = async (backup: string, from?: string) => {
    const { id } = await findManifest(repository, { backup, connection: from });
    expect(await findBackup(repository, { backup, from, identity: whole })).toMatchObject({ backupId: id });
    return id;
  };
  // Past the one that a wrong clock has dated into the future.
  expect(await both('latest', 'production')).toBe(newest);
  expect(await both('latest')).toBe(other);
  expect(await both(old)).toBe(old);
  expect(await both(ahead)).toBe(ahead);
});

it('a backup that one may not see is none, and so says either', async () => {
  await using place = await makeBackupPlace();
  const { repository } = place;
  const id = await place.commit(1);
  const identity = { ...whole, scope: ['other'] };
  for (const backup of ['latest', id, '2026']) {
    const finding = findBackup(repository, { backup, identity });
    await expect(finding).rejects.toMatchObject({ name: 'UsageError', code: 'unknown_backup' });
    await expect(findManifest(repository, { backup: 'none' })).rejects.toMatchObject({ code: 'unknown_backup' });
  }
  await place.commit(2);
  const several = findBackup(repository, { backup: '2026', identity: whole });
  await expect(several).rejects.toMatchObject({ code: 'ambiguous_backup' });
});

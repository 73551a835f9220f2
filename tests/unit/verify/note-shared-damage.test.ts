import { expect, it } from 'vitest';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { isKnownDamaged, listStandings } from '#lib/standing/list-standings.ts';
import { requireUndamaged } from '#lib/standing/require-undamaged.ts';
import { noteSharedDamage } from '#lib/verify/note-shared-damage.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { makeManifest, makeTable, nameOf } from './make-manifest.ts';

const runId = '20251121T014500Z-x7k2qd';
const at = '2025-11-21T01:45:00.000Z';
const ids = ['20251118T014500Z-aaaaaa', '20251119T014500Z-bbbbbb', '20251120T014500Z-cccccc'] as const;

it('keeps damage with every backup that shares it, and names a whole one to take', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const [whole, sharing, verified] = ids;
  for (const [id, chunk] of [
    [whole, '1'],
    [sharing, '2'],
    [verified, '2'],
  ] as const) {
    await writeManifest(repository, { ...makeManifest([makeTable('players', [nameOf(chunk)])]), id });
  }
  const backup = { connection: 'production', backupId: verified };
  const damage = [
    { key: `chunks/22/${nameOf('2')}`, owners: ['table public.players'], code: 'object_changed', says: 'x' },
  ];
  await recordCheck(repository, backup, { kind: 'verify', passed: false, run: runId, at, how: 'x', recoveryMs: null });
  const found = { runId, backup, at, budgetMs: 60_000 };
  expect(await noteSharedDamage(repository, { ...found, damage })).toEqual({ backups: [sharing], notRead: 0 });
  const standings = await listStandings(repository);
  expect(standings.filter(isKnownDamaged).map(({ backupId }) => backupId)).toEqual([verified, sharing]);
  await expect(requireUndamaged(repository, backup)).rejects.toMatchObject({
    code: 'backup_known_damaged',
    hint: expect.stringContaining(`Take ${whole}`),
  });
});

it('says how many backups it could not look at, and lets counts that differ be those of one manifest', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  for (const id of ids) await writeManifest(repository, { ...makeManifest([makeTable('players', [nameOf('2')])]), id });
  const [unreadable, , verified] = ids;
  await repository.store.put(`backups/production/${unreadable}/manifest.json`, [Buffer.from('{}')]);
  const backup = { connection: 'production', backupId: verified };
  const damage = { key: `chunks/22/${nameOf('2')}`, owners: ['table public.players'], code: 'rows_differ', says: 'x' };
  const found = { runId, backup, at, budgetMs: 60_000 };
  expect(await noteSharedDamage(repository, { ...found, damage: [damage] })).toEqual({ backups: [], notRead: 0 });
  const missing = [{ ...damage, code: 'object_missing' }];
  expect(await noteSharedDamage(repository, { ...found, damage: missing })).toMatchObject({ notRead: 1 });
});

import { describe, expect, it } from 'vitest';
import { describeView } from '#app/backups/describe-view.ts';
import { planTablePage, summarizeTables } from '#lib/backup-view/plan-table-page.ts';
import { readBackupView } from '#lib/backup-view/read-backup-view.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { pinBackup } from '#lib/standing/pin-store.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';
import { makeBackupPlace } from './backup-place.ts';

const connection = 'production';

describe('the view of a backup', () => {
  it('has its manifest, its looks and its pin, and the API leaves chunks and rows out', async () => {
    await using place = await makeBackupPlace();
    const answers = [{ name: 'q', sql: 'select secret', derived: false, rows: [['a row of somebody']] }];
    const backupId = await place.commit(1, { answers });
    await place.look(backupId, { kind: 'proof', passed: true });
    await pinBackup(
      place.repository,
      { connection, backupId },
      { pinnedAt: '2026-11-21T00:00:00.000Z', reason: 'why' },
    );
    const view = await readBackupView(place.repository, { connection, backupId });
    expect(view).toMatchObject({
      marks: { proven: true, pinned: true, damaged: false },
      problem: null,
      pin: { reason: 'why' },
      checks: [{ kind: 'proof', passed: true }],
      manifest: { id: backupId },
      unread: [],
    });
    const told = JSON.stringify(describeView(view));
    expect(JSON.parse(told)).toMatchObject({ contents: { tables: [{ name: 'public.players', chunks: 1 }] } });
    expect(told).not.toMatch(/a row of somebody|"name":"1{64}"/);
  });

  it('shows the outline where the key is missing, and says what was not read', async () => {
    const key = generateKey();
    await using place = await makeBackupPlace({ key });
    const backupId = await place.commit(1, { label: 'sealed' });
    await place.look(backupId, { kind: 'verify', passed: true });
    const without = await openRepository({ location: place.location, access: 'read' });
    const view = await readBackupView(without, { connection, backupId });
    expect(view).toMatchObject({ manifest: null, problem: null, marks: { verified: true }, checks: [] });
    expect(view.outline).toMatchObject({ checked: false, label: 'sealed', database: null });
    expect(view.unread).toHaveLength(1);
    expect(await readBackupView(place.repository, { connection, backupId })).toMatchObject({
      outline: { checked: true },
      checks: [{ kind: 'verify' }],
      unread: [],
    });
  });

  it('tells of a damaged manifest', async () => {
    await using place = await makeBackupPlace();
    const backupId = await place.commit(1);
    await place.repository.store.put(manifestKey({ connection, backupId }), [Buffer.from('nothing of ours')]);
    const view = await readBackupView(place.repository, { connection, backupId });
    expect(view).toMatchObject({ outline: null, manifest: null, problem: { code: 'manifest_damaged' } });
  });

  it.each([
    [connection, '20261121T000900Z-abcdef'],
    ['other', '20261121T000100Z-abcdef'],
    ['..', '20261121T000100Z-abcdef'],
    [connection, '../20261121T000100Z-abcdef'],
    [connection, ''],
  ])('says that there is no backup %s/%s', async (name, backupId) => {
    await using place = await makeBackupPlace();
    await place.commit(1);
    const reading = readBackupView(place.repository, { connection: name, backupId });
    await expect(reading).rejects.toMatchObject({ name: 'UsageError', code: 'unknown_backup' });
  });
});

describe('the tables of a backup', () => {
  const manifest = makeManifest(
    Array.from({ length: 250 }, (_, n) => makeTable(n === 7 ? 'Odd "Name"' : `t${n}`, n % 3 === 0 ? ['1', '2'] : [])),
  );
  const all = summarizeTables(manifest);

  it('are named as SQL names them', () => {
    expect(all[7]?.name).toBe('public."Odd ""Name"""');
    expect(all[6]).toMatchObject({ name: 'public.t6', rows: '4', stored: 200, chunks: 2 });
  });

  it('come page by page, by name or the largest first', () => {
    const page = (number: number) => planTablePage(all, { order: 'name', page: number, size: 100 });
    const names = [1, 2, 3].flatMap((number) => page(number).tables.map(({ name }) => name));
    expect(names).toHaveLength(250);
    expect(names).toEqual([...names].sort());
    expect(page(99)).toMatchObject({ page: 3, pages: 3, found: 250 });
    expect(page(0).page).toBe(1);
    const largest = planTablePage(all, { order: 'stored', page: 1, size: 84 });
    expect(largest.tables.map(({ stored }) => stored)).toEqual(Array(84).fill(200));
  });

  it('are found by a part of their name', () => {
    const found = planTablePage(all, { search: 'ODD', order: 'name', page: 1, size: 100 });
    expect(found).toMatchObject({ found: 1, pages: 1, tables: [{ chunks: 0 }] });
    expect(planTablePage(all, { search: 'nobody', order: 'name', page: 3, size: 100 })).toMatchObject({
      ...{ found: 0, pages: 1, page: 1, tables: [] },
    });
  });
});

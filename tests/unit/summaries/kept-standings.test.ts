import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { keepStandings, listKeptStandings } from '#lib/standing/kept-standings.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { pinBackup, unpinBackup } from '#lib/standing/pin-store.ts';
import { openProcess, playBackup, type StoredObjects } from './play-repository.ts';

const old = { connection: 'production', backupId: '20260301T000000Z-00aaaa' };
const recent = { connection: 'production', backupId: '20261120T000000Z-00aaaa' };
const pin = { pinnedAt: '2026-11-21T00:00:00.000Z', reason: null };

let objects: StoredObjects;
let other: Repository;
let mine: Repository;
/** Prefixes that this process has listed. */
let listed: string[];
let isDown: boolean;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T12:00:00.000Z') });
  objects = new Map();
  other = openProcess(objects);
  for (const backup of [old, recent]) await playBackup(other, { ...backup, label: '' });
  [listed, isDown] = [[], false];
  const { store, ...rest } = openProcess(objects);
  mine = keepStandings({
    ...rest,
    store: {
      ...store,
      list(prefix) {
        if (isDown) throw new UnavailableError('The store is down.', { code: 'storage_unavailable', hint: 'Wait.' });
        listed.push(prefix);
        return store.list(prefix);
      },
    },
  });
});

afterEach(() => vi.useRealTimers());

const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const pinnedIds = async (): Promise<string[]> =>
  (await listKeptStandings(mine)).filter(({ pinned }) => pinned).map(({ backupId }) => backupId);

/** Whatever is done beside an answer has ended. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
}

describe('kept standings', () => {
  it('are those of a listing', async () => {
    expect(await listKeptStandings(mine)).toEqual(await listStandings(other));
    expect(await listKeptStandings(mine, 'production')).toEqual(await listStandings(other, 'production'));
    expect(await listKeptStandings(mine, 'nobody')).toEqual([]);
    expect(await listKeptStandings(other)).toEqual(await listStandings(other));
  });

  it('tell at once what others do to backups of the last days, and to a connection that was not there', async () => {
    await listKeptStandings(mine);
    await pinBackup(other, recent, pin);
    const first = { connection: 'billing', backupId: '20261121T110000Z-00aaaa' };
    await playBackup(other, { ...first, label: '' });
    expect((await listKeptStandings(mine)).map(({ backupId, pinned }) => [backupId, pinned])).toEqual([
      [first.backupId, false],
      [recent.backupId, true],
      [old.backupId, false],
    ]);
  });

  it('list no old backup again within seconds', async () => {
    await listKeptStandings(mine);
    listed.length = 0;
    await listKeptStandings(mine);
    expect(listed).toEqual(['backups/production/2026112', 'backups/production/2026111']);
  });

  it('tell what others do to old ones with the answer after the next, and after five minutes with the next', async () => {
    await listKeptStandings(mine);
    await pinBackup(other, old, pin);
    later(14_000);
    expect(await pinnedIds()).toEqual([]);
    later(2_000);
    expect(await pinnedIds()).toEqual([]);
    await settle();
    expect(await pinnedIds()).toEqual([old.backupId]);
    await unpinBackup(other, old);
    later(301_000);
    expect(await pinnedIds()).toEqual([]);
  });

  it('tell at once what this process does to old ones', async () => {
    await listKeptStandings(mine);
    await pinBackup(mine, old, pin);
    expect(await pinnedIds()).toEqual([old.backupId]);
    await unpinBackup(mine, old);
    expect(await pinnedIds()).toEqual([]);
    const [asked] = await Promise.all([listKeptStandings(mine), pinBackup(mine, old, pin)]);
    expect(asked).toHaveLength(2);
    expect(await pinnedIds()).toEqual([old.backupId]);
    await mine.store.deleteMany([...objects.keys()].filter((key) => key.includes(old.backupId)));
    expect((await listKeptStandings(mine)).map(({ backupId }) => backupId)).toEqual([recent.backupId]);
  });

  it('are listed again where the clock was set back', async () => {
    await listKeptStandings(mine);
    later(-3_600_000);
    await pinBackup(other, old, pin);
    expect(await pinnedIds()).toEqual([old.backupId]);
    await unpinBackup(other, old);
    later(301_000);
    expect(await pinnedIds()).toEqual([]);
  });

  it('fail where the store is down, and not for good', async () => {
    isDown = true;
    await expect(listKeptStandings(mine)).rejects.toThrow('The store is down.');
    isDown = false;
    expect(await listKeptStandings(mine)).toHaveLength(2);
    isDown = true;
    later(16_000);
    await expect(listKeptStandings(mine)).rejects.toThrow('The store is down.');
    await settle();
    isDown = false;
    expect(await listKeptStandings(mine)).toHaveLength(2);
  });
});

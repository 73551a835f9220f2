import { describe, expect, it } from 'vitest';
import { readBackupSummaries } from '#lib/backup-view/read-backup-summary.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { createEncryptedSeal } from '#lib/repository/encryption/encrypted-seal.ts';
import { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { listStandings } from '#lib/standing/list-standings.ts';
import { renewIndex } from '#lib/summaries/renew-index.ts';
import { readFinishedRuns } from '#lib/summaries/run-summaries.ts';
import { forgetRun, idOf, openProcess, playBackup, playRun, type StoredObjects } from './play-repository.ts';

const connection = 'production';

async function fill(repository: Repository, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await playRun(repository, { id: idOf(n, 'run1'), status: 'completed' });
    await playBackup(repository, { connection, backupId: idOf(n, '00aaaa'), label: `${n}` });
  }
}

/** What a process without memory reads for all lists; each key once. */
async function countReads(
  objects: StoredObjects,
  options: Parameters<typeof openProcess>[1] = {},
): Promise<{ runs: number; backups: number; index: number }> {
  const keys: string[] = [];
  const repository = openProcess(objects, { ...options, onGet: (key) => keys.push(key) });
  await readFinishedRuns(repository, await listRunIds(repository));
  await readBackupSummaries(repository, await listStandings(repository));
  const count = (prefix: string): number => keys.filter((key) => key.startsWith(prefix)).length;
  return { runs: count('runs/'), backups: count('backups/'), index: count('index/') };
}

describe('the index of summaries', () => {
  it('is written by a reader that had much to read, and spares the next one all of it', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 80);
    expect(await countReads(objects)).toMatchObject({ runs: 80, backups: 80 });
    expect([...objects.keys()].filter((key) => key.startsWith('index/')).sort()).toEqual([
      'index/backups/202610.json',
      'index/runs/202610.json',
    ]);
    // November has 21 of each, which is little: they are read as they are.
    expect(await countReads(objects)).toEqual({ runs: 21, backups: 21, index: 4 });
  });

  it('is not written for a few runs and backups', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 20);
    await countReads(objects);
    expect([...objects.keys()].filter((key) => key.startsWith('index/'))).toEqual([]);
  });

  it('holds all after a renewal, of which a second one changes nothing', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 80);
    await playRun(openProcess(objects), { id: idOf(90, 'open'), status: null });
    const renewed = { runs: 80, backups: 80, segments: 4, unwritten: [] };
    expect(await renewIndex(openProcess(objects), { anew: false })).toEqual(renewed);
    // The run that is open may end at any time: it is looked at each time.
    expect(await countReads(objects)).toEqual({ runs: 1, backups: 0, index: 4 });
    const before = new Map(objects);
    expect(await renewIndex(openProcess(objects), { anew: false })).toEqual(renewed);
    expect([...objects].every(([key, stored]) => before.get(key) === stored)).toBe(true);
  });

  it('is kept in memory by a process, which reads what is new and nothing twice', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 40);
    const keys: string[] = [];
    const process = openProcess(objects, { onGet: (key) => keys.push(key) });
    await listRunSummaries(process, { limit: 40 });
    keys.length = 0;
    await playRun(openProcess(objects), { id: idOf(41, 'run1'), status: 'completed' });
    for (let n = 0; n < 3; n++) await listRunSummaries(process, { limit: 40 });
    expect(keys.filter((key) => key.endsWith('/result.json'))).toHaveLength(1);
  });

  it('of two who read the same at once costs the reads once', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 40);
    const keys: string[] = [];
    const process = openProcess(objects, { onGet: (key) => keys.push(key) });
    await Promise.all([1, 2, 3].map(() => listRunSummaries(process, { limit: 40 })));
    expect(keys.filter((key) => key.endsWith('/result.json'))).toHaveLength(40);
  });

  it('keeps nobody from reading who may not write', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 40);
    const whole = openProcess(objects);
    let refused = 0;
    const put = async (): Promise<never> => {
      refused += 1;
      throw new StorageError('Access denied', { code: 'storage_denied', hint: 'Grant it.' });
    };
    const reader: Repository = { ...whole, store: { ...whole.store, put }, putJson: put };
    for (let n = 0; n < 3; n++) expect((await listRunSummaries(reader, { limit: 40 })).runs).toHaveLength(40);
    // It is not tried again with every page.
    expect(refused).toBe(1);
    expect((await renewIndex(reader, { anew: true })).unwritten).toHaveLength(2);
  });

  it('of a newer Holdfast is left as it is, even by who makes it anew', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects), 40);
    const newer = { bytes: Buffer.from('{"format": 2}'), modified: new Date() };
    objects.set('index/runs/202610.json', newer);
    expect(await countReads(objects)).toMatchObject({ runs: 40 });
    expect(await renewIndex(openProcess(objects), { anew: true })).toMatchObject({
      unwritten: ['index/runs/202610.json'],
    });
    expect(objects.get('index/runs/202610.json')).toBe(newer);
  });
});

describe('a month of which nothing can be told', () => {
  it('stays where its runs only go on, and it is of a newer Holdfast', async () => {
    const objects: StoredObjects = new Map();
    await playRun(openProcess(objects), { id: idOf(0, 'open'), status: null });
    const newer = { bytes: Buffer.from('{"format": 2}'), modified: new Date() };
    objects.set('index/runs/202610.json', newer);
    await renewIndex(openProcess(objects), { anew: true });
    expect(objects.get('index/runs/202610.json')).toBe(newer);
  });

  it('goes where its runs only go on, or there are none', async () => {
    const objects: StoredObjects = new Map();
    const process = openProcess(objects);
    for (let n = 0; n < 80; n++) await playRun(process, { id: idOf(n, 'run1'), status: 'completed' });
    await renewIndex(process, { anew: false });
    for (let n = 0; n < 80; n++) await forgetRun(process, idOf(n, 'run1'));
    await playRun(process, { id: idOf(0, 'open'), status: null });
    await renewIndex(process, { anew: false });
    expect([...objects.keys()].filter((key) => key.startsWith('index/'))).toEqual([]);
  });
});

describe('the index of an encrypted repository', () => {
  const [first, second] = [generateKey(), generateKey()];
  const withKeys = (key: string | null, oldKeys: string[] = []) => {
    const keys = new KeyRing({ key, oldKeys });
    return { keys, seal: createEncryptedSeal(keys) };
  };

  it('is sealed, and nothing to who has no key', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects, withKeys(first)), 40);
    expect(await countReads(objects, withKeys(first))).toMatchObject({ runs: 40, backups: 40 });
    const stored = objects.get('index/runs/202610.json')?.bytes;
    expect(stored?.subarray(0, 8).toString()).toBe('HFSEAL1\n');
    expect(await countReads(objects, withKeys(first))).toMatchObject({ runs: 0, backups: 0 });
    const bare = openProcess(objects, withKeys(null));
    const backups = await readBackupSummaries(bare, await listStandings(bare));
    expect(backups.map(({ outline }) => outline?.checked)).toEqual(Array.from({ length: 40 }, () => false));
    const runs = await readFinishedRuns(bare, await listRunIds(bare));
    expect([...runs.values()].every(({ is }) => is === 'unreadable')).toBe(true);
    expect(objects.get('index/runs/202610.json')?.bytes).toBe(stored);
  });

  it('tells who has the new key alone nothing that lies under the former one', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects, withKeys(first)), 40);
    await renewIndex(openProcess(objects, withKeys(second, [first])), { anew: true });
    expect(await countReads(objects, withKeys(second, [first]))).toMatchObject({ runs: 0, backups: 0 });
    const newOnly = openProcess(objects, withKeys(second));
    const runs = await readFinishedRuns(newOnly, await listRunIds(newOnly));
    expect([...runs.values()].every(({ is }) => is === 'unreadable')).toBe(true);
  });

  it('is not taken away by who has a key of his own, and can read nothing', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects, withKeys(first)), 40);
    await renewIndex(openProcess(objects, withKeys(first)), { anew: false });
    const stored = new Map([...objects].filter(([key]) => key.startsWith('index/')));
    expect(stored.size).toBeGreaterThan(1);
    await renewIndex(openProcess(objects, withKeys(second)), { anew: true });
    for (const [key, one] of stored) expect(objects.get(key)).toBe(one);
  });

  it('is made anew where it was moved or changed', async () => {
    const objects: StoredObjects = new Map();
    await fill(openProcess(objects, withKeys(first)), 40);
    await renewIndex(openProcess(objects, withKeys(first)), { anew: false });
    const segment = { runs: 'index/runs/202610.json', backups: 'index/backups/202610.json' };
    const moved = objects.get(segment.backups);
    if (moved) objects.set(segment.runs, moved);
    expect(await countReads(objects, withKeys(first))).toMatchObject({ runs: 40, backups: 0 });
    expect(await countReads(objects, withKeys(first))).toMatchObject({ runs: 0, backups: 0 });
  });
});

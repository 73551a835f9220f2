import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { StorageError } from '#lib/errors/storage-error.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { keepSomething, letGo, listKept } from '#lib/runs/kept-store.ts';
import { clearWaiting, markWaiting, readWaiting } from '#lib/runs/waiting-store.ts';

const run = '20261121T014500Z-x7k2qd';

/** The same repository to a role that may write and not delete. */
function withoutDelete(repository: Repository): Repository {
  const denied = new StorageError('Cannot delete: access denied', { code: 'storage_denied', hint: 'Grant it.' });
  return { ...repository, store: { ...bind(repository.store), delete: () => Promise.reject(denied) } };
}

function bind(store: Repository['store']): Repository['store'] {
  return {
    location: store.location,
    put: store.put.bind(store),
    get: store.get.bind(store),
    head: store.head.bind(store),
    list: store.list.bind(store),
    listFolders: store.listFolders.bind(store),
    putStream: store.putStream.bind(store),
    deleteMany: store.deleteMany.bind(store),
    delete: store.delete.bind(store),
  };
}

it('marks of runs are taken away by a role that may not delete as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-marks-'));
  try {
    const whole = await openRepository({ location: `file:${folder}`, access: 'write' });
    for (const repository of [whole, withoutDelete(whole)]) {
      await keepSomething(repository, { run, what: 'cutover' });
      await keepSomething(repository, { run, what: 'fence' });
      await letGo(repository, { run, what: 'cutover' });
      expect(await listKept(repository)).toEqual([{ run, what: 'fence' }]);
      await keepSomething(repository, { run, what: 'cutover' });
      expect(await listKept(repository)).toHaveLength(2);
      for (const what of ['cutover', 'fence'] as const) await letGo(repository, { run, what });
      expect(await listKept(repository)).toEqual([]);
      await markWaiting(repository, run, { for: 'approval', what: 'it', until: '2026-11-22T00:00:00.000Z' });
      expect(await readWaiting(repository, run)).toMatchObject({ for: 'approval' });
      await clearWaiting(repository, run);
      expect(await readWaiting(repository, run)).toBeUndefined();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

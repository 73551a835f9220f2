import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import { createFileStore } from '#lib/repository/file-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';

it('any key, an old one too, refuses a repository that somebody has made plain', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-repository-'));
  const location = `file:${folder.path}`;
  const key = generateKey();
  await openRepository({ location, access: 'write', encryption: { key, oldKeys: [] } });
  const info = join(folder.path, 'holdfast.json');
  const made: object = JSON.parse(await readFile(info, 'utf8'));
  await writeFile(info, JSON.stringify({ ...made, encryption: null }));
  for (const encryption of [
    { key, oldKeys: [] },
    { key: null, oldKeys: [key] },
  ]) {
    const opening = openRepository({ location, access: 'read', encryption });
    await expect(opening).rejects.toMatchObject({ code: 'repository_not_encrypted' });
  }
});

it('takes a place for empty where doctor has left its probe, and no other', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-repository-'));
  const location = `file:${folder.path}`;
  const store = createFileStore(folder.path);
  await store.put('probes/0123456789abcdef', [Buffer.from('x')]);
  await store.put('things', [Buffer.from('x')]);
  await expect(openRepository({ location, access: 'write' })).rejects.toMatchObject({ code: 'repository_not_empty' });
  await store.delete('things');
  expect(await openRepository({ location, access: 'write' })).toMatchObject({ codec: 'zstd' });
});

import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { restoreScriptKey } from '#lib/repository/repository-keys.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { encryptedRestoreScript, restoreScript } from './restore-script.ts';

/**
 * Lays the script that restores a backup without Holdfast beside its manifest, before it: what is committed has its way
 * out. Safe to run twice: it is written over. @throws StorageError, DamagedError.
 */
export async function storeRestoreScript(repository: Repository, manifest: Manifest): Promise<void> {
  const key = restoreScriptKey({ connection: manifest.connection, backupId: manifest.id });
  await repository.store.put(key, [Buffer.from(await render(repository, manifest))]);
}

async function render(repository: Repository, manifest: Manifest): Promise<string> {
  if (repository.keys !== null) return encryptedRestoreScript(manifest);
  return restoreScript({
    manifest,
    entries: await readSchemaEntries(repository, manifest),
    layout: 'repository',
    location: repository.location,
    wordsOf: ({ name, stored }) => `${name} ${stored}`,
  });
}

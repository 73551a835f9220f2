import { addDeletion } from '#lib/garbage/deletion-total.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Deletion } from '#lib/repository/object-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { backupPrefix, manifestKey } from '#lib/repository/repository-keys.ts';

/**
 * Removes a backup: its manifest first, so that a kill leaves no backup that looks whole, then what lies beside it. Where
 * the store does not give the manifest up, nothing is removed. The chunks are left to the sweep. Safe to run twice.
 */
export async function removeBackup(repository: Repository, backup: BackupKey): Promise<Deletion> {
  const { store } = repository;
  const manifest = await store.deleteMany([manifestKey(backup)]);
  if (manifest.deleted === 0) return manifest;
  const beside: string[] = [];
  for await (const { key } of store.list(backupPrefix(backup))) beside.push(key);
  return beside.length === 0 ? manifest : addDeletion(manifest, await store.deleteMany(beside));
}

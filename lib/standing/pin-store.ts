import { z } from 'zod';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { pinKey } from '#lib/repository/repository-keys.ts';

const pinSchema = z.strictObject({
  pinnedAt: z.iso.datetime(),
  /** Why, in the person's words. */
  reason: z.string().nullable(),
});
export type Pin = z.infer<typeof pinSchema>;

/** Keeps a backup from pruning until it is unpinned. Pinning again replaces the reason. @throws StorageError. */
export async function pinBackup(repository: Repository, backup: BackupKey, pin: Pin): Promise<void> {
  await repository.putJson(pinKey(backup), pin);
}

/** Lets pruning have a backup again; one that is not pinned stays so. @throws StorageError. */
export async function unpinBackup(repository: Repository, backup: BackupKey): Promise<void> {
  await repository.store.delete(pinKey(backup));
}

/** The pin of a backup, `undefined` where it has none. @throws DamagedError, StorageError. */
export function readPin(repository: Repository, backup: BackupKey): Promise<Pin | undefined> {
  return repository.getJson(pinKey(backup), pinSchema);
}

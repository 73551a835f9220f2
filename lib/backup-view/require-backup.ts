import { connectionName } from '#lib/config/config-schema.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';

/** The backup of an address. @throws UsageError (`unknown_backup`) where there is none, StorageError. */
export async function requireBackup(repository: Repository, { connection, backupId }: BackupKey): Promise<BackupKey> {
  // Looked at before it becomes a key of the store: whoever asks has written it.
  const isName = connectionName.safeParse(connection).success && parseBackupId(backupId) !== undefined;
  const key = { connection, backupId };
  if (isName && (await repository.store.head(manifestKey(key))) !== undefined) return key;
  const named = `backup ${JSON.stringify(backupId)} of ${JSON.stringify(connection)}`;
  throw new UsageError(`There is no ${named}.`, {
    code: 'unknown_backup',
    hint: 'The console’s page of backups, `holdfast list` and GET /api/v1/backups list them.',
  });
}

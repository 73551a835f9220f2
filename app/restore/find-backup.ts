import { type Identity, isInScope } from '#lib/access/identity.ts';
import { type BackupKey, findBackup as findNamed } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';

/**
 * The backup that somebody names: its id, the beginning of one, or `latest`, optionally of one connection, among those
 * that he may see; the same one that the command line finds. @throws UsageError (`unknown_backup`, `ambiguous_backup`).
 */
export function findBackup(
  repository: Repository,
  { backup, from, identity }: { backup: string; from?: string | undefined; identity: Identity },
): Promise<BackupKey> {
  const isVisible = (connection: string): boolean => isInScope(identity, [connection]);
  return findNamed(repository, { backup, connection: from, isVisible });
}

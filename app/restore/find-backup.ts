import { type Identity, isInScope } from '#lib/access/identity.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { type BackupKey, listBackups } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';

/**
 * The backup that somebody names: its id, the beginning of one, or `latest`, optionally of one connection, among those
 * that he may see. @throws UsageError (`no_such_backup`, `ambiguous_backup`).
 */
export async function findBackup(
  repository: Repository,
  { backup, from, identity }: { backup: string; from?: string | undefined; identity: Identity },
): Promise<BackupKey> {
  const all = (await listBackups(repository, from)).filter(({ connection }) => isInScope(identity, [connection]));
  const found = backup === 'latest' ? all.slice(0, 1) : all.filter(({ backupId }) => backupId.startsWith(backup));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const of = from === undefined ? '' : ` of ${from}`;
  throw new UsageError(
    second === undefined
      ? `There is no backup ${JSON.stringify(backup)}${of}.`
      : `${found.length} backups${of} begin with ${JSON.stringify(backup)}.`,
    {
      code: second === undefined ? 'no_such_backup' : 'ambiguous_backup',
      hint: 'The console’s page of backups, `holdfast list` and GET /api/v1/backups list them.',
    },
  );
}

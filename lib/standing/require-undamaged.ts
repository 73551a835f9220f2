import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { isKnownDamaged, listStandings } from './list-standings.ts';

/**
 * Refuses a backup that is known to be damaged, before anything is done with it. Its exit code is that of stored
 * data which is damaged, as a restore that met the damage itself would end with. One listing, no reads.
 * @throws DamagedError that names another backup where there is one.
 */
export async function requireUndamaged(repository: Repository, { connection, backupId }: BackupKey): Promise<void> {
  const standings = await listStandings(repository, connection);
  const standing = standings.find((one) => one.backupId === backupId);
  if (standing === undefined || !isKnownDamaged(standing)) return;
  const whole = standings.find((one) => !isKnownDamaged(one));
  const instead = whole
    ? `Take ${whole.backupId}, the newest that is not known to be damaged.`
    : 'No other backup is at hand.';
  throw new DamagedError(`Backup ${backupId} of ${connection} is known to be damaged.`, {
    code: 'backup_known_damaged',
    hint: `${instead} To repair this one: back up again while the source still has its rows, then \`holdfast verify ${backupId}\`.`,
  });
}

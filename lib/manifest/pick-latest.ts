import { parseBackupId } from '#lib/repository/backup-id.ts';
import { isDatedAhead } from '#lib/repository/clock-skew.ts';

/**
 * What `latest` means: the newest backup, past those that are dated in the future, as the clock of who took them was
 * wrong. Where all of them are, it is the newest. `backups` are newest first. Pure.
 */
export function pickLatest<T extends { backupId: string }>(
  backups: readonly T[],
  now: Date,
): { latest: T | undefined; passedOver: T[] } {
  const index = backups.findIndex(({ backupId }) => !isDatedAhead(parseBackupId(backupId)?.created ?? now, now));
  const first = Math.max(0, index);
  return { latest: backups[first], passedOver: backups.slice(0, first) };
}

import { parseBackupId } from '#lib/repository/backup-id.ts';
import { isDatedAhead } from '#lib/repository/clock-skew.ts';
import { isKnownDamaged, isProven, lastCheck, type Standing } from '#lib/standing/list-standings.ts';

/** A backup as promises see it. Ages are milliseconds, and 0 where the clock of who took it is a little ahead. */
export interface GradedBackup {
  id: string;
  connection: string;
  /** When it was begun: nothing written since is in it. */
  at: string;
  ageMs: number;
  /** Dated so far ahead that its age says nothing. */
  isAhead: boolean;
  /** Its objects were found damaged, or its last proof failed. */
  isBad: boolean;
  isVerified: boolean;
  isProven: boolean;
}

/** Pure. Whether a backup is dated so far ahead that its age says nothing. */
export function isAheadOf(now: Date, { backupId }: Standing): boolean {
  return isDatedAhead(parseBackupId(backupId)?.created ?? new Date(0), now);
}

/** Pure. The newest, of `standings` newest first, that was not found bad and is not dated ahead. */
export function findLastGood(standings: readonly Standing[], now: Date): GradedBackup | undefined {
  for (const standing of standings) {
    const graded = gradeBackup(standing, now);
    if (!graded.isBad && !graded.isAhead) return graded;
  }
  return undefined;
}

/** Pure. What a backup counts for at `now`. */
export function gradeBackup(standing: Standing, now: Date): GradedBackup {
  const at = parseBackupId(standing.backupId)?.created ?? new Date(0);
  const ageMs = now.getTime() - at.getTime();
  const isBad = isKnownDamaged(standing) || lastCheck(standing, 'proof')?.passed === false;
  return {
    id: standing.backupId,
    connection: standing.connection,
    at: at.toISOString(),
    ageMs: Math.max(0, ageMs),
    isAhead: isDatedAhead(at, now),
    isBad,
    isVerified: !isBad && lastCheck(standing, 'verify')?.passed === true,
    isProven: !isBad && isProven(standing),
  };
}

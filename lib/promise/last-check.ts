import type { CheckKind } from '#lib/standing/backup-check.ts';
import { isKnownDamaged, type Standing } from '#lib/standing/list-standings.ts';
import type { Look } from '#lib/standing/place-looks.ts';
import { isAheadOf } from './grade-backup.ts';

/** A look at a backup, and the backup. */
export interface LookedAt {
  standing: Standing;
  check: Look;
}

/**
 * Looks of one kind at any of the backups, newest first. One that passed counts only of a backup that is not known as
 * damaged and not dated ahead; one that failed counts of any.
 */
export function listLooks(standings: readonly Standing[], { kind, now }: { kind: CheckKind; now: Date }): LookedAt[] {
  return standings
    .flatMap((standing) => {
      const looks = standing.checks.filter((check) => check.kind === kind);
      if (looks.length === 0) return [];
      const counts = !isKnownDamaged(standing) && !isAheadOf(now, standing);
      return looks.filter(({ passed }) => counts || !passed).map((check) => ({ standing, check }));
    })
    .sort((a, b) => b.check.at.getTime() - a.check.at.getTime() || (a.check.run < b.check.run ? 1 : -1));
}

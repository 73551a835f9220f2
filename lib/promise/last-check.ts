import { runTime } from '#lib/runs/run-id.ts';
import type { CheckKind } from '#lib/standing/backup-check.ts';
import type { CheckKey } from '#lib/standing/check-store.ts';
import type { Standing } from '#lib/standing/list-standings.ts';

/** A look at a backup, the backup, and when the run that looked began. */
export interface LookedAt {
  standing: Standing;
  check: CheckKey;
  at: Date;
}

/** Looks of one kind at any of the backups, newest first. */
export function listLooks(standings: readonly Standing[], kind: CheckKind): LookedAt[] {
  return standings
    .flatMap((standing) =>
      standing.checks
        .filter((check) => check.kind === kind)
        .map((check) => ({ standing, check, at: runTime(check.run) ?? new Date(0) })),
    )
    .sort((a, b) => (a.check.run < b.check.run ? 1 : -1));
}

/** The newest look of one kind at any of the backups; with `passed` only one that passed, or did not. */
export function findLastCheck(
  standings: readonly Standing[],
  kind: CheckKind,
  options: { passed?: boolean } = {},
): LookedAt | undefined {
  const { passed } = options;
  return listLooks(standings, kind).find(({ check }) => passed === undefined || check.passed === passed);
}

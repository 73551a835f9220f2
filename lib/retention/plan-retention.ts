import type { RetentionRules } from '#lib/config/retention.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';
import { isKnownDamaged, isProven, type Standing } from '#lib/standing/list-standings.ts';
import { openCalendar, periods } from './calendar.ts';

/** What is to become of one backup. */
export interface PlannedBackup {
  connection: string;
  backupId: string;
  /** Every reason to keep it, for people: `day 2026-11-21`, `pinned`. Without one it goes. */
  keptBy: string[];
}

/** What, besides the rules, keeps a backup. */
export interface Held {
  /** By backup id: the run that works with it. */
  inUse: ReadonlyMap<string, string>;
  /** By backup id: the person's label. */
  labels: ReadonlyMap<string, string>;
  /** Backups whose manifest was read and cannot be: as bad as known to be damaged. */
  unreadable?: ReadonlySet<string>;
}

/** Why the newest backup that is not known to be damaged stays. */
export const newestWhole = 'newest whole';

/** A clock may be a little ahead of another one. */
const toleranceMs = 5 * 60_000;

/**
 * Decides which backups of one connection stay. Pure. `rules` null: every one. The rules are those of restic: each by
 * itself, a period counts only where it has a backup, the newest backup of a period is its one, and `keepWithin` counts
 * from the newest backup, not from now: where backups have stopped, nothing goes by its age. Weeks are those of ISO 8601.
 *
 * Whatever the rules say, these stay: the newest one, the newest proven one and the newest one that is not known to be
 * damaged; what is pinned, labelled or in use; what a clock that was ahead has dated into the future, which counts for no
 * rule. A backup that is known to be damaged takes no whole one's place: the rules are asked with it and without it.
 */
export function planRetention(
  standings: readonly Standing[],
  { rules, now, inUse, labels, unreadable }: { rules: RetentionRules | null; now: Date } & Held,
): PlannedBackup[] {
  const isBad = (backup: Standing): boolean => isKnownDamaged(backup) || unreadable?.has(backup.backupId) === true;
  const newestFirst = [...standings].sort((a, b) => (a.backupId < b.backupId ? 1 : -1));
  const kept = new Map(newestFirst.map(({ backupId }) => [backupId, new Set<string>()]));
  const keep = (backup: Standing | undefined, because: string): void => {
    if (backup) kept.get(backup.backupId)?.add(because);
  };
  const dated = newestFirst.flatMap((backup) => {
    const created = parseBackupId(backup.backupId)?.created;
    if (created === undefined) keep(backup, 'its id has no time');
    else if (created.getTime() > now.getTime() + toleranceMs) keep(backup, 'dated into the future');
    else return [{ backup, created }];
    return [];
  });

  if (rules === null) for (const backup of newestFirst) keep(backup, 'no retention is configured');
  else {
    applyRules(dated, { rules, keep });
    const whole = dated.filter(({ backup }) => !isBad(backup));
    if (whole.length < dated.length) applyRules(whole, { rules, keep });
  }
  keep(dated[0]?.backup, 'newest');
  keep(dated.find(({ backup }) => isProven(backup) && !isBad(backup))?.backup, 'newest proven');
  keep(dated.find(({ backup }) => !isBad(backup))?.backup, newestWhole);
  for (const backup of newestFirst) {
    if (backup.pinned) keep(backup, 'pinned');
    const label = labels.get(backup.backupId);
    if (label !== undefined) keep(backup, `label ${JSON.stringify(label)}`);
    const run = inUse.get(backup.backupId);
    if (run !== undefined) keep(backup, `used by ${run}`);
  }
  return newestFirst.map(({ connection, backupId }) => ({
    connection,
    backupId,
    keptBy: [...(kept.get(backupId) ?? [])],
  }));
}

interface Dated {
  backup: Standing;
  created: Date;
}

/** `dated` newest first. */
function applyRules(
  dated: readonly Dated[],
  { rules, keep }: { rules: RetentionRules; keep: (backup: Standing, because: string) => void },
): void {
  for (const [index, { backup }] of dated.slice(0, rules.keepLast).entries()) keep(backup, `last ${index + 1}`);
  const newest = dated[0]?.created.getTime() ?? 0;
  for (const { backup, created } of dated) {
    if (newest - created.getTime() <= rules.keepWithinMs && rules.keepWithinMs > 0) keep(backup, 'keepWithin');
  }
  const nameOf = openCalendar(rules.timezone);
  for (const { rule, period } of periods) {
    const seen = new Set<string>();
    for (const { backup, created } of dated) {
      if (seen.size >= rules[rule]) break;
      const name = nameOf(created, period);
      if (seen.has(name)) continue;
      seen.add(name);
      keep(backup, `${period} ${name}`);
    }
  }
}

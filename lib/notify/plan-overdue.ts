import type { Care } from '#lib/config/config.ts';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { gradeBackup } from '#lib/promise/grade-backup.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';
import type { Standing } from '#lib/standing/list-standings.ts';
import type { OverdueAlarm } from './alarm-store.ts';
import { planTold } from './plan-told.ts';

/** Whether a connection's backups are late, and what there is to tell. */
export interface OverdueVerdict {
  /** `null`: nothing is promised. */
  overdue: boolean | null;
  /** One line for people. */
  says: string;
  /** The newest good backup's id. */
  newest: string | null;
  told: 'overdue' | 'recovered' | null;
}

/**
 * Holds the newest good backup against `rpo`, or where there is none against the schedule of backups: half the time from
 * a tick to the next is given for the backup of that tick. No backup at all is late. Told once, and again after
 * `repeatAfterMs`. Pure.
 */
export function planOverdue(facts: {
  connection: string;
  care: Care;
  /** Newest first. */
  standings: readonly Standing[];
  alarm: OverdueAlarm | undefined;
  repeatAfterMs: number;
  now: Date;
}): OverdueVerdict {
  const { connection, care, standings, alarm, repeatAfterMs, now } = facts;
  const good = standings.map((standing) => gradeBackup(standing, now)).find(({ isBad, isAhead }) => !isBad && !isAhead);
  const crons = care.schedules.filter(({ kind }) => kind === 'backup');
  if (care.rpoMs === null && crons.length === 0) {
    return { overdue: null, says: `Nothing is promised of ${connection}.`, newest: good?.id ?? null, told: null };
  }
  const lateAt = good === undefined ? Number.NEGATIVE_INFINITY : findLate(care, Date.parse(good.at));
  const overdue = now.getTime() > lateAt;
  return {
    overdue,
    says: describe({ connection, care, good }),
    newest: good?.id ?? null,
    told: planTold({ isDue: overdue, alarm, repeatAfterMs, now }),
  };
}

/** From when on there should be a newer backup than the one of `at`. */
function findLate({ rpoMs, schedules }: Care, at: number): number {
  if (rpoMs !== null) return at + rpoMs;
  const deadlines = schedules.flatMap(({ kind, cron, jitterMs }) => {
    const tick = kind === 'backup' ? nextCronTick(cron, at) : undefined;
    if (tick === undefined) return [];
    const following = nextCronTick(cron, tick) ?? tick + 86_400_000;
    return [tick + jitterMs + (following - tick) / 2];
  });
  return Math.min(...deadlines);
}

function describe({
  connection,
  care: { rpoMs },
  good,
}: {
  connection: string;
  care: Care;
  good: { id: string; ageMs: number } | undefined;
}): string {
  if (good === undefined) return `There is no good backup of ${connection}.`;
  const promised = rpoMs === null ? 'its schedule asks for' : `${describeDuration(rpoMs)} are promised`;
  return `The newest good backup of ${connection} is ${good.id}, ${describeDuration(good.ageMs)} old; ${promised}${rpoMs === null ? ' newer ones' : ''}.`;
}

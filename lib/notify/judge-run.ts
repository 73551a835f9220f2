import type { NoticeEvent } from '#lib/config/channel.ts';
import type { RunAlarm } from './alarm-store.ts';
import type { EndedRun } from './ended-run.ts';

/** What is told of a run, most telling first, and the state it leaves; `undefined`: the state stays. */
export interface Judgement {
  told: NoticeEvent[];
  next: RunAlarm | undefined;
}

/** Runs that care for the repository: that they went well is nothing to tell. */
const upkeep = new Set<string>(['sweep', 'prune']);

/**
 * Holds a run's end against the last one of its kind and connection. Pure; judging a run twice answers the same. A
 * late outcome of an older run changes no state.
 */
export function judgeRun(alarm: RunAlarm | undefined, { run, status, kind }: EndedRun): Judgement {
  if (alarm?.run === run) return { told: alarm.told, next: undefined };
  // Ids begin with the time.
  const isLate = alarm !== undefined && alarm.run > run;
  const failing = status !== 'completed';
  const hasRecovered = !failing && !isLate && alarm?.failing === true;
  const success: NoticeEvent[] = upkeep.has(kind) ? [] : ['success'];
  const told: NoticeEvent[] = failing ? ['failure'] : [...(hasRecovered ? (['recovered'] as const) : []), ...success];
  return { told, next: isLate ? undefined : { run, failing, told } };
}

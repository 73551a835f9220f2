import type { OverdueAlarm } from './alarm-store.ts';

/** What is to be told of an alarm: once while it is due, again after `repeatAfterMs`, and that it is over. Pure. */
export function planTold(facts: {
  isDue: boolean;
  alarm: OverdueAlarm | undefined;
  repeatAfterMs: number;
  now: Date;
}): 'overdue' | 'recovered' | null {
  const { isDue, alarm, repeatAfterMs, now } = facts;
  if (alarm?.overdue !== true) return isDue ? 'overdue' : null;
  if (!isDue) return 'recovered';
  return now.getTime() - Date.parse(alarm.toldAt) >= repeatAfterMs ? 'overdue' : null;
}

import { judgeProofs, type PromiseFacts } from '#lib/promise/judge-promise.ts';
import type { OverdueAlarm } from './alarm-store.ts';
import { planTold } from './plan-told.ts';

/** Whether a connection's proofs keep what is promised, and what there is to tell. */
export interface PromiseAlarm {
  /** `null`: nothing is promised. */
  broken: boolean | null;
  /** Why, in one line for people; empty where it is not. */
  says: string;
  told: 'overdue' | 'recovered' | null;
  /** The state to write; `undefined`: the former one stays. */
  next: OverdueAlarm | undefined;
}

/**
 * Judges what drills are for: that the last proof passed and is young enough, and the recovery was quick enough. What was
 * never found out breaks it only after `proveWithin` from the first look on: before, no drill can have been late. How old
 * the newest backup is, is another alarm. Pure.
 */
export function planPromiseAlarm({
  alarm,
  repeatAfterMs,
  ...facts
}: PromiseFacts & { alarm: OverdueAlarm | undefined; repeatAfterMs: number }): PromiseAlarm {
  const { care, now } = facts;
  if (care.rpoMs === null && care.rtoMs === null) return { broken: null, says: '', told: null, next: undefined };
  const { broken, missing } = judgeProofs(facts);
  const lookedAtMs = alarm === undefined ? 0 : now.getTime() - Date.parse(alarm.toldAt);
  const isMissing = missing.length > 0 && (alarm?.overdue === true || lookedAtMs > care.proveWithinMs);
  const isDue = broken.length > 0 || isMissing;
  const told = planTold({ isDue, alarm, repeatAfterMs, now });
  const isFirstLook = missing.length > 0 && alarm === undefined;
  const next = { overdue: isDue, toldAt: now.toISOString() };
  return {
    broken: isDue,
    says: isDue ? [...broken, ...missing].join(' ') : '',
    told,
    next: told !== null || isFirstLook ? next : undefined,
  };
}

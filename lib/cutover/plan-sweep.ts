import type { KeptThing } from '#lib/runs/kept-store.ts';
import type { Cutover } from './cutover.ts';

/** A run that has left something behind, as the sweeper sees it. */
export interface KeptRun {
  run: string;
  /** When the run last gave a sign of life: a step, its progress. */
  lastSign: Date;
  /** When the run ended; `null` while it has not. */
  endedAt: Date | null;
  /** Until when the run waits for a person. */
  waitsUntil: Date | null;
  cutover: Cutover | undefined;
  keeps: readonly KeptThing['what'][];
}

/**
 * What to do about one run: `close` it as dead, `discard` what it has put aside, `release` what an ended run should not
 * hold any more.
 */
export interface SweepAction {
  run: string;
  action: 'close' | 'discard' | 'release';
  because: string;
}

/** Pure. What is due at `now`; what is not due yet is left alone. */
export function planSweep(
  kept: readonly KeptRun[],
  times: { now: Date; keepPreviousMs: number; deadAfterMs: number },
): SweepAction[] {
  const passed = (since: Date, ms: number): boolean => times.now.getTime() - since.getTime() > ms;
  return kept.flatMap(({ run, lastSign, endedAt, waitsUntil, cutover, keeps }): SweepAction[] => {
    if (endedAt === null) {
      const waits = waitsUntil !== null && waitsUntil > times.now;
      if (waits || !passed(lastSign, times.deadAfterMs)) return [];
      return [{ run, action: 'close', because: `no sign of life since ${lastSign.toISOString()}` }];
    }
    // Its undo failed: what it has left stands in the way of the next recovery.
    if (keeps.includes('side-schema')) return [{ run, action: 'release', because: 'its recovery has ended' }];
    // Its take-down failed, or the machine of its server has not seen the end.
    if (keeps.includes('drill')) return [{ run, action: 'release', because: 'its drill has ended' }];
    if (keeps.includes('snapshot-branch')) return [{ run, action: 'release', because: 'its backup has ended' }];
    const since = cutover?.cutOverAt ? new Date(cutover.cutOverAt) : endedAt;
    if (keeps.includes('cutover') && passed(since, times.keepPreviousMs)) {
      return [{ run, action: 'discard', because: `kept since ${since.toISOString()}` }];
    }
    return [];
  });
}

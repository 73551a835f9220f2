import { isDatedAhead } from '#lib/repository/clock-skew.ts';
import { runTime } from '#lib/runs/run-id.ts';
import type { CheckKey } from './check-store.ts';

/** A look at a backup, and when the store took its object: a time of the store's clock, not of the machine's that looked. */
export interface Look extends CheckKey {
  at: Date;
}

/**
 * Puts looks in the order in which they came to their end, oldest first: one that was asked for earlier may end later. A
 * look that passed by a machine whose clock is ahead is put aside, as it would hide whatever fails until then; one that
 * failed counts, whatever its date is. Pure.
 */
export function placeLooks(looks: readonly Look[], now: Date): { checks: Look[]; ahead: Look[] } {
  const isAhead = ({ passed, run, at }: Look): boolean =>
    passed && (isDatedAhead(at, now) || [now, at].some((clock) => isDatedAhead(runTime(run) ?? at, clock)));
  const sorted = looks.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.run < b.run ? -1 : 1));
  const ahead = sorted.filter(isAhead);
  return { checks: ahead.length === 0 ? sorted : sorted.filter((look) => !ahead.includes(look)), ahead };
}

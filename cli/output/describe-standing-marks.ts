import { isKnownDamaged, isProven, lastCheck, type Standing } from '#lib/standing/list-standings.ts';
import type { Cell } from './render-table.ts';

/** How a backup stands, as `--json` tells it. */
export interface StandingMarks {
  pinned: boolean;
  /** Its last proof, by a restore or a drill, passed. */
  proven: boolean;
  /** The last reading of all its objects found nothing. */
  verified: boolean;
  /** A reading found damage, and none of all objects has passed since: it is not restored from. */
  damaged: boolean;
}

/** How a backup stands by the keys beside it. Pure. */
export function toMarks(standing: Standing): StandingMarks {
  const damaged = isKnownDamaged(standing);
  const verified = !damaged && lastCheck(standing, 'verify')?.passed === true;
  return { pinned: standing.pinned, proven: isProven(standing), verified, damaged };
}

/** `proven, verified, pinned`, or `damaged` in red. */
export function describeMarks({ pinned, proven, verified, damaged }: StandingMarks): Cell {
  const pin = pinned ? ['pinned'] : [];
  if (damaged) return { text: ['damaged', ...pin].join(', '), format: 'red' };
  return [...(proven ? ['proven'] : []), ...(verified ? ['verified'] : []), ...pin].join(', ');
}

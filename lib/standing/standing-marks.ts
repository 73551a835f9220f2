import { isKnownDamaged, isProven, lastCheck, type Standing } from './list-standings.ts';

/** How a backup stands, as listings, pages and the API tell it. */
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

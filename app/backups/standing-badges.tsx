import { BadgeCheck, CircleDashed, Pin, ShieldCheck, ShieldX } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import type { StandingMarks } from '#lib/standing/standing-marks.ts';

/** How a backup stands. Green is only what was restored and compared; a reading of its objects is not. */
export function StandingBadges({ marks: { damaged, proven, verified, pinned } }: { marks: StandingMarks }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {damaged && (
        <Badge tone="failed" icon={ShieldX}>
          damaged
        </Badge>
      )}
      {proven && !damaged && (
        <Badge tone="proven" icon={ShieldCheck}>
          proven
        </Badge>
      )}
      {verified && (
        <Badge tone="notice" icon={BadgeCheck}>
          verified
        </Badge>
      )}
      {!damaged && !proven && !verified && (
        <Badge tone="neutral" icon={CircleDashed}>
          stored
        </Badge>
      )}
      {pinned && (
        <Badge tone="neutral" icon={Pin}>
          pinned
        </Badge>
      )}
    </span>
  );
}

import { BadgeCheck, CircleDashed, Pin, ShieldCheck, ShieldX, TriangleAlert } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import type { StandingMarks } from '#lib/standing/standing-marks.ts';

interface StandingBadgesProps {
  marks: StandingMarks;
  /** Why its manifest cannot be read: then whatever was proven before counts for nothing. */
  problem: { code: string } | null;
}

/** How a backup stands. Green is only what was restored and compared; a reading of its objects is not. */
export function StandingBadges({ marks, problem }: StandingBadgesProps) {
  const { pinned } = marks;
  const damaged = marks.damaged && problem === null;
  const proven = marks.proven && !marks.damaged && problem === null;
  const verified = marks.verified && problem === null;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {problem !== null && (
        <Badge tone="failed" icon={TriangleAlert}>
          {problem.code.replaceAll('_', ' ')}
        </Badge>
      )}
      {damaged && (
        <Badge tone="failed" icon={ShieldX}>
          damaged
        </Badge>
      )}
      {proven && (
        <Badge tone="proven" icon={ShieldCheck}>
          proven
        </Badge>
      )}
      {verified && (
        <Badge tone="notice" icon={BadgeCheck}>
          verified
        </Badge>
      )}
      {problem === null && !damaged && !proven && !verified && (
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

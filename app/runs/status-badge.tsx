import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock,
  Hourglass,
  ShieldX,
  SkipForward,
  TriangleAlert,
} from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import type { RunStanding } from '#lib/run-view/read-run-view.ts';

/** How a run stands. `completed` is not green: that it ran says nothing of whether anything was proven. */
const looks = {
  running: { tone: 'notice', icon: CircleDashed, word: 'running' },
  waiting: { tone: 'caution', icon: Hourglass, word: 'waiting for approval' },
  interrupted: { tone: 'caution', icon: Clock, word: 'interrupted' },
  completed: { tone: 'neutral', icon: CircleCheck, word: 'completed' },
  refused: { tone: 'caution', icon: TriangleAlert, word: 'refused' },
  'proof-failed': { tone: 'failed', icon: ShieldX, word: 'proof failed' },
  failed: { tone: 'failed', icon: CircleX, word: 'failed' },
  cancelled: { tone: 'neutral', icon: Ban, word: 'cancelled' },
  skipped: { tone: 'neutral', icon: SkipForward, word: 'skipped' },
} as const satisfies Record<RunStanding, object>;

/** The state of a run, in its words. */
export function StatusBadge({ status }: { status: RunStanding }) {
  const { tone, icon, word } = looks[status];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

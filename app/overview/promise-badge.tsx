import { CircleDashed, CircleSlash, ShieldAlert, ShieldCheck } from 'lucide-react';
import { Badge } from '#app/ui/badge.tsx';
import type { PromiseStanding } from './plan-promise-view.ts';

const looks = {
  proven: { tone: 'proven', icon: ShieldCheck, word: 'proven, promise kept' },
  broken: { tone: 'failed', icon: ShieldAlert, word: 'promise broken' },
  empty: { tone: 'caution', icon: CircleDashed, word: 'no backup yet' },
  unpromised: { tone: 'neutral', icon: CircleSlash, word: 'nothing promised' },
} as const satisfies Record<PromiseStanding, object>;

/** How a connection stands against what is promised of it. */
export function PromiseBadge({ standing }: { standing: PromiseStanding }) {
  const { tone, icon, word } = looks[standing];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

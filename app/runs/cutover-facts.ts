import { describeTime } from '#lib/report/describe-amounts.ts';
import { describePlace } from '#lib/run-view/describe-place.ts';
import type { CutoverView } from '#lib/run-view/read-evidence.ts';

type Fact = readonly [name: string, value: string | null];

const states = {
  planned: 'not begun',
  staged: 'the copy stands beside the live database',
  live: 'the copy is live',
  'rolled-back': 'rolled back: what served before serves again',
  discarded: 'nothing is kept any more',
} as const;

/** How a copy went live and what is kept beside it, as it stands now. */
export function cutoverFacts(view: CutoverView): Fact[] {
  const { state, details, because, target, cutOverAt, interruptionMs, kept, notes } = view;
  return [
    ['target', target],
    ['strategy', `${details.strategy}: ${because}`],
    ['now', states[state]],
    ['went live', cutOverAt === null ? null : describeTime(cutOverAt)],
    ['no client could work for', interruptionMs === null ? null : `${Math.round(interruptionMs)} ms`],
    ['kept', kept === null ? null : describePlace(kept.place)],
    ['kept until', kept?.until ? describeTime(kept.until) : null],
    ...notes.map((note, index) => [`note ${index + 1}`, note] as const),
  ];
}

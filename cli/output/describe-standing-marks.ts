import type { StandingMarks } from '#lib/standing/standing-marks.ts';
import type { Cell } from './render-table.ts';

/** `proven, verified, pinned`, or `damaged` in red. */
export function describeMarks({ pinned, proven, verified, damaged }: StandingMarks): Cell {
  const pin = pinned ? ['pinned'] : [];
  if (damaged) return { text: ['damaged', ...pin].join(', '), format: 'red' };
  return [...(proven ? ['proven'] : []), ...(verified ? ['verified'] : []), ...pin].join(', ');
}

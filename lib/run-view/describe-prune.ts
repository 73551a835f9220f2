import { describeBytes, describeMany } from '#lib/report/describe-amounts.ts';
import type { PruneOutcome } from '#lib/retention/prune-outcome.ts';

/** What a prune took away besides backups, and what stays in the way of more. */
export interface PruneAccount {
  facts: [name: string, value: string][];
  /** One sentence each. */
  held: string[];
}

/** Puts a prune into words. Pure. */
export function describePrune(outcome: PruneOutcome): PruneAccount {
  const { spared, swept, garbage, leftovers, runs, heldBack } = outcome;
  return {
    facts: [
      ['chunks', `${describeMany(swept, 'chunk')} swept of ${describeMany(garbage.chunks, 'unneeded one')}`],
      ['freed', describeFreed(outcome)],
      ['also', `${describeMany(leftovers, 'leftover object')}, ${describeMany(runs, 'old run')}`],
      ...(spared > 0
        ? [['spared', `${describeMany(spared, 'backup')}: pinned or taken up meanwhile`] satisfies [string, string]]
        : []),
    ],
    held: [...listHeld(outcome), ...(heldBack === null ? [] : [`No chunk was swept: ${heldBack}`])],
  };
}

function describeFreed({ garbage, swept }: PruneOutcome): string {
  const later =
    garbage.young.chunks === 0 ? '' : `; ${describeBytes(garbage.young.bytes)} more after the grace time (sweepGrace)`;
  return `${swept === 0 ? 'nothing' : `${describeBytes(garbage.bytes)} at most`}${later}`;
}

function listHeld({ objects: { hidden, locked, failed } }: PruneOutcome): string[] {
  return [
    ...(hidden > 0 ? [`${describeMany(hidden, 'object')} stay as former versions of the bucket`] : []),
    ...(locked.length > 0 ? [`locked still: ${locked.slice(0, 3).join(', ')}${locked.length > 3 ? ', ...' : ''}`] : []),
    ...failed.slice(0, 3).map(({ key, reason }) => `not deleted: ${key}: ${reason}`),
  ];
}

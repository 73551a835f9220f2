import type { Witness } from './watch-generations.ts';

/** What a client may be told when a server ends all its processes and recovers. */
const crashErrors = ['57P01', '57P02', '57P03', 'ECONNRESET', 'Connection terminated unexpectedly'];

/**
 * Holds what a client has been through against the generations that had to be served, in this order and no other.
 * Answers what is wrong, one line each.
 */
export function judgeWitness(
  { reigns, errors, wrong }: Witness,
  expected: { generations: readonly number[]; interruptions: readonly string[]; crashed: boolean },
): string[] {
  const served = reigns.map(({ generation }) => generation);
  const allowed = [...expected.interruptions, ...(expected.crashed ? crashErrors : [])];
  return [
    ...wrong,
    ...(served.join() === expected.generations.join()
      ? []
      : [`the client was served generations ${served} instead of ${expected.generations}`]),
    ...[...errors]
      .filter(([code]) => !allowed.includes(code))
      .map(([code, times]) => `the client was told ${code} ${times} times`),
  ];
}

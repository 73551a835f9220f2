import { describeBytes, describeMany } from '#lib/report/describe-amounts.ts';
import type { VerifyOutcome } from '#lib/verify/conclude-verify.ts';

/** What a verification has read, and of a sample what that leaves open. Pure. */
export function describeReading({ objects, stored, rows, sample }: VerifyOutcome): {
  read: string;
  open: string | null;
} {
  return {
    read: `${describeMany(objects, 'object')}, ${describeBytes(stored)}, ${describeMany(rows, 'row')}`,
    open:
      sample &&
      `A sample was read, of ${describeMany(sample.ofObjects, 'object')} and ${describeBytes(sample.ofStored)}: the rest may be damaged.`,
  };
}

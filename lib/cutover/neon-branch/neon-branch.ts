import type { NeonBranch } from '#lib/cutover/cutover.ts';
import type { CutoverStrategy } from '#lib/cutover/strategy.ts';

/** The copy is built in a child branch of the target's branch, which is then restored from that child. */
export const neonBranch: CutoverStrategy<NeonBranch> = {
  prepare: async () => {
    throw new Error('not written yet');
  },
  cutOver: async () => {
    throw new Error('not written yet');
  },
  rollBack: async () => {
    throw new Error('not written yet');
  },
  discard: async () => {
    throw new Error('not written yet');
  },
};

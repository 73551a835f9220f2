import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import type { CutoverStrategy } from '#lib/cutover/strategy.ts';

/** The copy is built in a database of its own on the target's server, which then takes the live one's name. */
export const databaseSwap: CutoverStrategy<DatabaseSwap> = {
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

import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover } from './cutover.ts';
import { databaseSwap } from './database-swap/database-swap.ts';
import { inPlace } from './in-place.ts';
import { neonBranch } from './neon-branch/neon-branch.ts';
import type { CutOverFacts, CutoverOf, CutoverStrategy, Details } from './strategy.ts';

type BoundStrategy = {
  [M in keyof CutoverStrategy<Details>]: (workspace: Workspace) => ReturnType<CutoverStrategy<Details>[M]>;
};

/** The strategy that a cut-over was planned for, bound to that cut-over. */
export function strategyOf(cutover: Cutover): BoundStrategy {
  const { details } = cutover;
  switch (details.strategy) {
    case 'database-swap':
      return bind(databaseSwap, { ...cutover, details });
    case 'neon-branch':
      return bind(neonBranch, { ...cutover, details });
    case 'in-place':
      return bind(inPlace, { ...cutover, details });
  }
}

function bind<D extends Details>(strategy: CutoverStrategy<D>, cutover: CutoverOf<D>): BoundStrategy {
  return {
    prepare: (workspace) => strategy.prepare(workspace, cutover),
    cutOver: (workspace): Promise<CutOverFacts<D>> => strategy.cutOver(workspace, cutover),
    rollBack: (workspace) => strategy.rollBack(workspace, cutover),
    dropStaging: (workspace) => strategy.dropStaging(workspace, cutover),
    discard: (workspace) => strategy.discard(workspace, cutover),
  };
}

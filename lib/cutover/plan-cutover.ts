import type { Check } from '#lib/report/check.ts';
import type { Cutover, NeonBranch, StrategyName } from './cutover.ts';
import type { TargetFacts } from './read-target-facts.ts';

export interface CutoverWishes {
  runId: string;
  /** The target connection's name. */
  target: string;
  /** The strategy that was asked for by name; `undefined`: the target decides. */
  requested: StrategyName | undefined;
  /** What the target holds may be replaced in place, after a safety backup. */
  replace: boolean;
  /** The connection has a Neon project, and the API's key is there. */
  hasNeon: boolean;
  /** The plan of a branch restore; `undefined` where none can be made. */
  neonDetails: NeonBranch | undefined;
  facts: TargetFacts;
}

/**
 * Chooses how a copy goes live and says why in one line. `cutover` is `undefined` where no way is open; it counts only
 * where every check has passed.
 */
export function planCutover(_wishes: CutoverWishes): { cutover: Cutover | undefined; checks: Check[] } {
  throw new Error('not written yet');
}

import type { Connection } from '#lib/config/config.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import type { Check } from '#lib/report/check.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import type { Cutover, StrategyName } from './cutover.ts';
import { planNeonBranch } from './neon-branch/plan-neon-branch.ts';
import { planCutover } from './plan-cutover.ts';
import { readTargetFacts } from './read-target-facts.ts';

/** What a request says of the cut-over. */
export interface CutoverRequest {
  strategy?: StrategyName | undefined;
  replace?: boolean | undefined;
  cutover?: boolean | undefined;
  /** The target's name as the person gave it once more. */
  confirm?: string | undefined;
}

/**
 * Looks at the target and plans how a copy goes live there. `cutover` is `undefined` where no way is open; it counts only
 * where every check has passed. Reads only: safe to run twice. @throws RefusedError (out of reach, login).
 */
export async function chooseCutover(
  { config }: Workspace,
  { runId, target, request }: { runId: string; target: Connection; request: CutoverRequest },
): Promise<{ cutover: Cutover | undefined; checks: Check[] }> {
  await requireReachable(target);
  const facts = await readTargetFacts(target);
  const hasNeon = target.neon !== null && config.neonApi.key !== null;
  const wantsNeon = hasNeon && (request.strategy ?? 'neon-branch') === 'neon-branch';
  const { cutover, checks } = planCutover({
    runId,
    target: target.name,
    requested: request.strategy,
    replace: request.replace ?? false,
    hasNeon,
    neonDetails: wantsNeon ? await planNeonBranch({ config, target, runId }) : undefined,
    facts,
  });
  return { cutover, checks: cutover ? [...checks, checkReplacement(cutover, request)] : checks };
}

/** Nobody should lose sight of a database because a script named the wrong target. */
function checkReplacement({ target, details }: Cutover, { cutover, confirm }: CutoverRequest): Check {
  const replaces = details.strategy === 'in-place' ? details.replace : cutover !== false;
  return {
    name: 'confirmation',
    object: `connection ${target}`,
    passed: !replaces || confirm === target,
    detail: replaces ? 'what it serves now would be replaced' : 'nothing it serves is replaced',
    hint: `If that is meant: --yes, or "confirm": "${target}" in the event.`,
  };
}

import type { Connection } from '#lib/config/config.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import type { Check } from '#lib/report/check.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { checkRivals } from './check-rivals.ts';
import type { Cutover, StrategyName } from './cutover.ts';
import { planNeonBranch } from './neon-branch/plan-neon-branch.ts';
import { planCutover } from './plan-cutover.ts';
import { readTargetFacts, type TargetFacts } from './read-target-facts.ts';

/** What a request says of the cut-over. */
export interface CutoverRequest {
  strategy?: StrategyName | undefined;
  replace?: boolean | undefined;
  cutover?: boolean | undefined;
  /** The target's name as the person gave it once more. */
  confirm?: string | undefined;
}

/** How a copy would go live. */
export interface ChosenCutover {
  /** `undefined` where no way is open; it counts only where every check has passed. */
  cutover: Cutover | undefined;
  checks: Check[];
  facts: TargetFacts;
  /** The target holds something that it would not serve any more. */
  replaces: boolean;
}

/**
 * Looks at the target and plans how a copy goes live there. Reads only: safe to run twice.
 * @throws RefusedError (out of reach, login).
 */
export async function chooseCutover(
  { config, repository }: Workspace,
  { runId, target, request }: { runId: string; target: Connection; request: CutoverRequest },
): Promise<ChosenCutover> {
  await requireReachable(target);
  const facts = await readTargetFacts(target);
  const hasNeon = target.neon !== null && config.neonApi.key !== null;
  const forced = request.strategy === 'neon-branch';
  const wantsNeon = hasNeon && (forced || request.strategy === undefined);
  const wishes = {
    runId,
    target: target.name,
    replace: request.replace ?? false,
    neon: wantsNeon ? await planNeonBranch({ config, target, runId, forced }) : undefined,
    facts,
  };
  const chosen = planCutover({ ...wishes, requested: request.strategy });
  const noneBeside = request.cutover === false && chosen.cutover?.details.strategy === 'in-place';
  // An empty target takes a copy without a cut-over, but who wants to keep it beside did not ask for that.
  const asked = noneBeside && request.strategy === undefined;
  const { cutover, checks } = asked ? planCutover({ ...wishes, requested: 'database-swap' }) : chosen;
  if (cutover === undefined) return { cutover, checks, facts, replaces: false };
  const replaces = willReplace(cutover, { cutover: request.cutover, facts });
  checks.push(checkReplacement(target.name, { replaces, confirm: request.confirm, facts }));
  if (noneBeside && !asked) checks.push(nothingBeside(target.name));
  checks.push(await checkRivals(repository, { runId, target: target.name }));
  return { cutover, checks, facts, replaces };
}

function willReplace(
  { details }: Cutover,
  { cutover, facts }: { cutover: boolean | undefined; facts: TargetFacts },
): boolean {
  if (details.strategy === 'in-place') return details.replace;
  // A branch restore moves the whole branch; of a swap's database it is known what it holds.
  return cutover !== false && (details.strategy === 'neon-branch' || facts.content !== undefined);
}

function nothingBeside(target: string): Check {
  return {
    name: 'copy beside',
    object: `connection ${target}`,
    passed: false,
    detail: 'in-place builds the copy in the target itself: nothing would be left beside it',
    hint: 'Leave --no-cutover out, or take --strategy database-swap.',
  };
}

/** Nobody should lose sight of a database because a script named the wrong target. */
function checkReplacement(
  target: string,
  { replaces, confirm, facts }: { replaces: boolean; confirm: string | undefined; facts: TargetFacts },
): Check {
  return {
    name: 'confirmation',
    object: `connection ${target}`,
    passed: !replaces || confirm === target,
    detail: replaces
      ? `what it serves now would be replaced: ${facts.content ?? 'an empty database'}`
      : 'nothing it serves is replaced',
    hint: `If that is meant: --yes, or "confirm": "${target}" in the event.`,
  };
}

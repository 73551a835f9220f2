import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Check } from '#lib/report/check.ts';
import { checkWritable } from '#lib/restore/check-writable.ts';
import { checkClients } from './check-clients.ts';
import { checkReplication, checkSwapTarget } from './check-swap-target.ts';
import type { Cutover, StrategyName } from './cutover.ts';
import { planSwapNames } from './database-swap/plan-swap-names.ts';
import { listSwapObstacles } from './list-swap-obstacles.ts';
import type { NeonBranchPlan } from './neon-branch/plan-neon-branch.ts';
import type { TargetFacts } from './read-target-facts.ts';

export interface CutoverWishes {
  runId: string;
  /** The target connection's name. */
  target: string;
  /** The strategy that was asked for by name; `undefined`: the target decides. */
  requested: StrategyName | undefined;
  /** What the target holds may be replaced in place, after a safety backup. */
  replace: boolean;
  /** The plan of a branch restore; `undefined` where the connection has no Neon project, or there is no API key. */
  neon: NeonBranchPlan | undefined;
  facts: TargetFacts;
}

/** A strategy that can be had, with why it is a good one; or why it cannot be had, and what would change that. */
type Answer = { because: string; details: Cutover['details'] } | { because: string; details?: undefined; hint: string };

/**
 * Chooses how a copy goes live and says why in one line. `cutover` is `undefined` where no way is open; it counts only
 * where every check has passed.
 */
export function planCutover(wishes: CutoverWishes): { cutover: Cutover | undefined; checks: Check[] } {
  const { runId, target, requested, facts } = wishes;
  const strategy = requested ?? chooseStrategy(wishes);
  const answer = strategy === undefined ? noWay(wishes) : ask(strategy, wishes);
  const choice: Check = {
    name: 'cut-over',
    object: `connection ${target}`,
    passed: answer.details !== undefined,
    detail: strategy === undefined ? answer.because : `${strategy}: ${answer.because}`,
    hint: answer.details ? '' : answer.hint,
  };
  // A pooler or a standby is also why rights seem to be missing: it speaks first.
  const checks = [...checkTarget(target, facts), choice];
  if (!answer.details) return { cutover: undefined, checks };
  const { details, because } = answer;
  checks.push(checkClients(facts, details.strategy));
  if (details.strategy === 'database-swap') checks.push(...checkSwapTarget(facts, details));
  // Neon drops the slots of a branch that is restored (Neon manual, "Logical replication in Neon").
  if (details.strategy === 'neon-branch') checks.push(checkReplication(facts));
  const cutover: Cutover = {
    ...{ run: runId, target, because, state: 'planned', details },
    ...{ staging: null, putAside: null, cutOverAt: null, interruptionMs: null, cutOverLsn: null, notes: [] },
  };
  return { cutover, checks };
}

/** The first that can be had, from the one that costs the target least. */
function chooseStrategy(wishes: CutoverWishes): StrategyName | undefined {
  const { replace, facts } = wishes;
  const order: StrategyName[] =
    replace || facts.content === undefined
      ? ['neon-branch', 'in-place', 'database-swap']
      : ['neon-branch', 'database-swap'];
  return order.find((strategy) => ask(strategy, wishes).details !== undefined);
}

function ask(strategy: StrategyName, wishes: CutoverWishes): Answer {
  switch (strategy) {
    case 'neon-branch':
      return askNeonBranch(wishes);
    case 'in-place':
      return askInPlace(wishes);
    case 'database-swap':
      return askDatabaseSwap(wishes);
  }
}

function askNeonBranch({ target, neon }: CutoverWishes): Answer {
  if (neon) return neon;
  const because = `connection ${target} has no Neon project, or there is no API key`;
  return { because, hint: 'Name the project as `neon: { project }` of the connection, and set NEON_API_KEY.' };
}

function askInPlace({ replace, facts }: CutoverWishes): Answer {
  const { database } = facts.server;
  const details = (whole: boolean) =>
    ({ strategy: 'in-place', replace: whole, safetyBackup: null }) satisfies Cutover['details'];
  if (facts.content === undefined) return { because: `database ${database} is empty`, details: details(false) };
  if (replace) return { because: `what database ${database} holds is to be replaced`, details: details(true) };
  return { because: facts.content, hint: 'With --replace it is replaced, after a safety backup of it.' };
}

function askDatabaseSwap({ runId, facts }: CutoverWishes): Answer {
  const { database: live, databaseOid: liveOid, role } = facts.server;
  const [obstacle] = listSwapObstacles(facts);
  if (obstacle) return obstacle;
  if (facts.maintenance === null) {
    const because = `role ${role} can connect to no other database of the server`;
    return { because, hint: `grant connect on database postgres to ${quoteIdent(role)};` };
  }
  const names = planSwapNames(live, runId);
  const { maintenance } = facts;
  return {
    because: `role ${role} can create databases`,
    details: { strategy: 'database-swap', maintenance, live, liveOid, stagingOid: null, ...names },
  };
}

function noWay(wishes: CutoverWishes): Answer {
  const swap = ask('database-swap', wishes);
  const place = ask('in-place', wishes);
  const hint = swap.details ? '' : `${swap.hint} Or replace what it holds, after a safety backup: --replace.`;
  return { because: `${place.because}, and ${swap.because}`, hint };
}

function checkTarget(target: string, facts: TargetFacts): Check[] {
  const object = `connection ${target}`;
  return [
    {
      ...{ name: 'direct endpoint', object },
      passed: !facts.pooled,
      detail: facts.pooled ? 'it is a pooler in transaction mode' : 'direct',
      hint: 'Give the URL of the server itself (on Neon: the host without -pooler).',
    },
    checkWritable(facts.server),
  ];
}

import { randomInt } from 'node:crypto';
import type { Config, Connection } from '#lib/config/config.ts';
import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { findMaintenance } from '#lib/cutover/database-swap/find-maintenance.ts';
import { findHome } from '#lib/neon/find-home.ts';
import type { NeonBranchInfo } from '#lib/neon/list-branches.ts';
import { openNeonApi } from '#lib/neon/neon-api.ts';
import { listNeighboursInUse } from './list-neighbours-in-use.ts';
import { type LiveFacts, readLiveFacts } from './read-live-facts.ts';

/** The plan of a branch restore with why it is a good one; or why there can be none, and what would change that. */
export type NeonBranchPlan =
  | { because: string; details: NeonBranch }
  | { because: string; hint: string; details?: undefined };

/**
 * Looks at the target's project and plans a cut-over by a branch restore. A restore moves the whole branch: databases
 * beside the target that hold something stand in its way, unless `forced`. Reads only.
 * @throws RefusedError (key, project, branch and URL that do not fit together), UnavailableError.
 */
export async function planNeonBranch(options: {
  config: Config;
  target: Connection;
  runId: string;
  /** A branch restore was asked for by name: other databases of the branch may move with it. */
  forced: boolean;
}): Promise<NeonBranchPlan> {
  const { config, target, runId, forced } = options;
  const { project, branch, branches } = await findHome(openNeonApi(config), target);
  const live = await readLiveFacts(target);
  const maintenance = await findMaintenance(target);
  const neighbours = await listNeighboursInUse(target);
  const obstacle = findObstacle({ branch, live, maintenance, neighbours: forced ? [] : neighbours });
  if (obstacle) return obstacle;
  const children = branches.filter(({ parent }) => parent === branch.id).length;
  const names = planBranchNames(runId);
  return {
    because: [
      `the target is branch ${branch.name} of the Neon project ${project}`,
      ...(neighbours.length > 0 ? [`its other databases move with it: ${neighbours.join(', ')}`] : []),
      ...(children > 0 ? [`its ${describeChildren(children)} under ${names.preservedName} afterwards`] : []),
    ].join('; '),
    details: {
      ...{ strategy: 'neon-branch', project, branch: branch.id, branchName: branch.name },
      ...{ database: live.database, liveOid: live.oid, stagingOid: String(drawOid()), maintenance: maintenance ?? '' },
      ...{ ...names, stagingBranch: null, preservedBranch: null, rolledBackBranch: null },
    },
  };
}

/** Names that hold the run's id whole: a branch of such a name is the run's own. */
export function planBranchNames(runId: string): Pick<NeonBranch, 'stagingName' | 'preservedName' | 'rolledBackName'> {
  return {
    stagingName: `holdfast-staging-${runId}`,
    preservedName: `holdfast-before-${runId}`,
    rolledBackName: `holdfast-rolled-back-${runId}`,
  };
}

/** What keeps a branch from being restored from a child; `undefined` where nothing does. */
export function findObstacle(facts: {
  branch: NeonBranchInfo;
  live: LiveFacts;
  maintenance: string | null;
  neighbours: readonly string[];
}): { because: string; hint: string } | undefined {
  const { branch, live, maintenance, neighbours } = facts;
  const swap = 'Take --strategy database-swap';
  if (branch.protected) {
    const because = `branch ${branch.name} is protected: Neon does not restore it, and its children have other passwords`;
    return { because, hint: `${swap}, or lift the protection for the time of the restore.` };
  }
  if (branch.restoreForbidden !== undefined) {
    return { because: `Neon does not restore branch ${branch.name}: ${branch.restoreForbidden}`, hint: `${swap}.` };
  }
  if (live.major < firstMajor) {
    return {
      because: `the branch runs PostgreSQL ${live.major}; a branch restore needs ${firstMajor}`,
      hint: `${swap}.`,
    };
  }
  if (!live.mayCreateDatabases || !live.ownsDatabase) {
    const missing = live.mayCreateDatabases ? `does not own database ${live.database}` : 'may not create databases';
    const because = `role ${live.role} ${missing}, and the copy needs an empty one in the child branch`;
    return { because, hint: 'Connect as the owner of the database, a role made in the Neon Console.' };
  }
  if (maintenance === null) {
    const because = `role ${live.role} can connect to no other database of the branch`;
    return { because, hint: 'Create the database “postgres” on the branch, or grant connect on it.' };
  }
  if (neighbours.length > 0) {
    const because = `branch ${branch.name} holds ${neighbours.join(', ')} too, and a branch restore takes the whole branch back`;
    return { because, hint: `${swap}, give the database a branch of its own, or insist with --strategy neon-branch.` };
  }
  return undefined;
}

/** `create database ... oid` is there since 15 (manual, "CREATE DATABASE"). */
const firstMajor = 15;

/** From the upper half of all oids, which a server that counts from 16384 on does not reach by itself. */
function drawOid(): number {
  return randomInt(2 ** 31, 2 ** 32 - 1);
}

function describeChildren(count: number): string {
  return count === 1 ? 'child branch will hang' : `${count} child branches will hang`;
}

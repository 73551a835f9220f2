import { RefusedError } from '#lib/errors/refused-error.ts';
import { listBranches, type NeonBranchInfo } from './list-branches.ts';
import type { NeonApi } from './neon-api.ts';

/**
 * The branch of that id or name; `null` asks for the project's default branch.
 * @throws RefusedError that names the branches there are.
 */
export async function findBranch(
  api: NeonApi,
  { project, branch }: { project: string; branch: string | null },
): Promise<NeonBranchInfo> {
  return requireBranch(await listBranches(api, project), { project, branch });
}

/** The same in a list that is at hand. */
export function requireBranch(
  branches: readonly NeonBranchInfo[],
  { project, branch }: { project: string; branch: string | null },
): NeonBranchInfo {
  const found =
    branch === null
      ? branches.find((one) => one.default)
      : (branches.find(({ id }) => id === branch) ?? branches.find(({ name }) => name === branch));
  if (found) return found;
  const known = branches.map(({ name }) => name).sort();
  throw new RefusedError(
    `Neon project ${project} has no ${branch === null ? 'default branch' : `branch “${branch}”`}.`,
    {
      code: 'neon_no_branch',
      hint: `Name another in neon.branch or NEON_BRANCH. There are: ${known.slice(0, 20).join(', ') || 'none'}.`,
    },
  );
}

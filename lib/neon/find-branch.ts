import { RefusedError } from '#lib/errors/refused-error.ts';
import type { NeonBranchInfo } from './list-branches.ts';

/** The branch of that id or name. @throws RefusedError that names the branches there are. */
export function findBranch(
  branches: readonly NeonBranchInfo[],
  { project, branch }: { project: string; branch: string },
): NeonBranchInfo {
  const found = branches.find(({ id }) => id === branch) ?? branches.find(({ name }) => name === branch);
  if (found) return found;
  const known = branches.map(({ name }) => name).sort();
  throw new RefusedError(`Neon project ${project} has no branch “${branch}”.`, {
    code: 'neon_no_branch',
    hint: `Name another in neon.branch or NEON_BRANCH. There are: ${known.slice(0, 20).join(', ') || 'none'}.`,
  });
}

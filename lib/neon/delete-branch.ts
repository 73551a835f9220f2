import { callNeon } from './call-neon.ts';
import { ignoreMissing } from './ignore-missing.ts';
import type { NeonApi } from './neon-api.ts';
import { waitForOperations } from './wait-for-operations.ts';

/**
 * Deletes a branch with its endpoints and waits for it. Safe to run twice: a branch that is gone is no error.
 * @throws RefusedError where Neon keeps the branch (it has children, is a root or the default branch, is protected).
 */
export async function deleteBranch(
  api: NeonApi,
  { project, branch }: { project: string; branch: string },
): Promise<void> {
  const deleted = await callNeon(api, {
    what: `delete branch ${branch} of project ${project}`,
    repeatable: true,
    send: (client) => client.deleteProjectBranch({ projectId: project, branchId: branch }),
  }).catch(ignoreMissing);
  await waitForOperations(api, project, deleted?.operations);
}

import { callNeon } from './call-neon.ts';
import type { NeonApi } from './neon-api.ts';
import { waitForOperations } from './wait-for-operations.ts';

/** Gives a branch another name. Safe to run twice. @throws RefusedError where another branch has it, UnavailableError. */
export async function renameBranch(
  api: NeonApi,
  { project, branch, name }: { project: string; branch: string; name: string },
): Promise<void> {
  const { operations } = await callNeon(api, {
    what: `rename branch ${branch} of project ${project} to ${name}`,
    repeatable: true,
    send: (client) => client.updateProjectBranch(project, branch, { branch: { name } }),
  });
  await waitForOperations(api, project, operations);
}

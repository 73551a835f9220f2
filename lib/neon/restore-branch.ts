import { callNeon } from './call-neon.ts';
import type { NeonApi } from './neon-api.ts';
import { waitForOperations } from './wait-for-operations.ts';

/**
 * Replaces what a branch holds by the head of another one and keeps its former state in a new branch, `preserveAs`. The
 * branch keeps its id and its endpoints, whose connections are dropped; its children move under the new branch (Neon API
 * reference, "Restore branch"). Not safe to run twice: look for `preserveAs` first.
 * @throws RefusedError, UnavailableError (what became of it is to be looked up).
 */
export async function restoreBranch(
  api: NeonApi,
  options: { project: string; branch: string; source: string; preserveAs: string },
): Promise<void> {
  const { project, branch, source, preserveAs } = options;
  const { operations } = await callNeon(api, {
    what: `restore branch ${branch} of project ${project} from ${source}`,
    repeatable: false,
    send: (client) =>
      client.restoreProjectBranch(project, branch, { source_branch_id: source, preserve_under_name: preserveAs }),
  });
  await waitForOperations(api, project, operations);
}

import { EndpointType } from '@neondatabase/api-client';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { callNeon } from './call-neon.ts';
import { ensureEndpoint } from './endpoints.ts';
import { listBranches } from './list-branches.ts';
import type { NeonApi } from './neon-api.ts';
import { waitForOperations, waitUntilSettled } from './wait-for-operations.ts';

/**
 * Makes a child of `parent` that holds what the parent holds now, with an endpoint, and waits until it is ready. Safe to
 * run twice: a child of that name is the one that an earlier attempt has made.
 * @throws RefusedError where another branch has the name, or Neon refuses (limits of the plan); UnavailableError.
 */
export async function createBranch(
  api: NeonApi,
  { project, parent, name }: { project: string; parent: string; name: string },
): Promise<{ branch: string; host: string }> {
  const existing = (await listBranches(api, project)).find((branch) => branch.name === name);
  if (existing === undefined) {
    const { branch, operations } = await callNeon(api, {
      what: `create branch ${name} of project ${project}`,
      repeatable: false,
      send: (client) =>
        client.createProjectBranch(project, {
          branch: { parent_id: parent, name },
          endpoints: [{ type: EndpointType.ReadWrite }],
        }),
    });
    await waitForOperations(api, project, operations);
    return { branch: branch.id, host: await ensureEndpoint(api, { project, branch: branch.id }) };
  }
  if (existing.parent !== parent) {
    throw new RefusedError(`Neon project ${project} has another branch of the name ${name}.`, {
      code: 'neon_branch_name_taken',
      hint: 'Rename or delete that branch in the Neon Console, then run again.',
    });
  }
  await waitUntilSettled(api, project, [existing.id]);
  return { branch: existing.id, host: await ensureEndpoint(api, { project, branch: existing.id }) };
}

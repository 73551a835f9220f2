import { EndpointType } from '@neondatabase/api-client';
import { callNeon } from './call-neon.ts';
import { ignoreMissing } from './ignore-missing.ts';
import type { NeonApi } from './neon-api.ts';
import { waitForOperations } from './wait-for-operations.ts';

/** A compute of a branch, by which clients reach it. */
export interface NeonEndpoint {
  id: string;
  /** The direct host, without port where it is PostgreSQL's own. */
  host: string;
  branch: string;
  writable: boolean;
}

/** The endpoints of a project. @throws RefusedError, UnavailableError. */
export async function listEndpoints(api: NeonApi, project: string): Promise<NeonEndpoint[]> {
  const { endpoints } = await callNeon(api, {
    what: `list endpoints of project ${project}`,
    repeatable: true,
    send: (client) => client.listProjectEndpoints(project),
  });
  return (endpoints ?? []).map(({ id, host, branch_id, type }) => ({
    id,
    host,
    branch: branch_id,
    writable: type === 'read_write',
  }));
}

/** The host that reads and writes a branch, or `undefined` where it has no compute. @throws as `listEndpoints`. */
async function findEndpointHost(
  api: NeonApi,
  { project, branch }: { project: string; branch: string },
): Promise<string | undefined> {
  const endpoints = await listEndpoints(api, project);
  return endpoints.find((endpoint) => endpoint.branch === branch && endpoint.writable)?.host;
}

/** Sees to it that a branch can be reached and answers the host. Safe to run twice: a branch has one such endpoint. */
export async function ensureEndpoint(
  api: NeonApi,
  { project, branch }: { project: string; branch: string },
): Promise<string> {
  const host = await findEndpointHost(api, { project, branch });
  if (host !== undefined) return host;
  const { endpoint, operations } = await callNeon(api, {
    what: `create an endpoint for branch ${branch} of project ${project}`,
    repeatable: false,
    send: (client) =>
      client.createProjectEndpoint(project, { endpoint: { branch_id: branch, type: EndpointType.ReadWrite } }),
  });
  await waitForOperations(api, project, operations);
  return endpoint.host;
}

/** Deletes the endpoints of a branch, the branch stays. Safe to run twice. @throws as `listEndpoints`. */
export async function deleteEndpoints(
  api: NeonApi,
  { project, branch }: { project: string; branch: string },
): Promise<void> {
  for (const endpoint of (await listEndpoints(api, project)).filter((one) => one.branch === branch)) {
    const deleted = await callNeon(api, {
      what: `delete endpoint ${endpoint.id} of project ${project}`,
      repeatable: true,
      send: (client) => client.deleteProjectEndpoint(project, endpoint.id),
    }).catch(ignoreMissing);
    await waitForOperations(api, project, deleted?.operations);
  }
}

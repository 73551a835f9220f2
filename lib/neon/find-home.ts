import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { listEndpoints, type NeonEndpoint } from './endpoints.ts';
import { findBranch } from './find-branch.ts';
import { listBranches, type NeonBranchInfo } from './list-branches.ts';
import type { NeonApi } from './neon-api.ts';

/** Where a connection's database lives on Neon. */
export interface NeonHomeBranch {
  project: string;
  branch: NeonBranchInfo;
  /** Everything of the project, the branch among it. */
  branches: NeonBranchInfo[];
}

/**
 * The branch that a connection really leads to: the one of the endpoint whose host its URL names. Where the host is no
 * endpoint of the project (a proxy in front of it), the branch that the config names.
 * @throws RefusedError where URL and config name different branches, or neither tells.
 */
export async function findHome(api: NeonApi, connection: Connection): Promise<NeonHomeBranch> {
  if (connection.neon === null) {
    throw new RefusedError(`Connection ${connection.name} names no Neon project.`, {
      code: 'neon_no_project',
      hint: 'Set neon.project of the connection in holdfast.config.ts, or NEON_PROJECT_ID for the connection “neon”.',
    });
  }
  const { project, branch: named } = connection.neon;
  const branches = await listBranches(api, project);
  const endpoint = findEndpoint(await listEndpoints(api, project), connection.url);
  const configured = named === null ? undefined : findBranch(branches, { project, branch: named });
  const reached = endpoint && findBranch(branches, { project, branch: endpoint.branch });
  if (configured && reached && configured.id !== reached.id) {
    throw new RefusedError(
      `Connection ${connection.name} reaches branch ${reached.name} of Neon project ${project}, but its config names ${configured.name}.`,
      { code: 'neon_branch_mismatch', hint: 'Correct the URL, or neon.branch (NEON_BRANCH).' },
    );
  }
  const branch = reached ?? configured;
  if (branch) return { project, branch, branches };
  throw new RefusedError(`The host of connection ${connection.name} is no endpoint of Neon project ${project}.`, {
    code: 'neon_host_unknown',
    hint: 'Correct neon.project (NEON_PROJECT_ID), or name the branch behind the host in neon.branch (NEON_BRANCH).',
  });
}

/** The endpoint a URL names by its host, or by its first label, which is the endpoint's id on every host name of Neon. */
function findEndpoint(endpoints: readonly NeonEndpoint[], url: string): NeonEndpoint | undefined {
  const { host, hostname } = new URL(planDirectUrl(url).url);
  const [label] = hostname.split('.');
  return endpoints.find((endpoint) => endpoint.host === host || endpoint.host === hostname || endpoint.id === label);
}

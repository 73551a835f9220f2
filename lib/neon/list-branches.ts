import type { Branch } from '@neondatabase/api-client';
import { callNeon } from './call-neon.ts';
import type { NeonApi } from './neon-api.ts';

/** A branch of a project: a line of history of a whole PostgreSQL server, with its roles and databases. */
export interface NeonBranchInfo {
  id: string;
  name: string;
  /** `null`: a root branch. */
  parent: string | null;
  /** The project's default branch. */
  default: boolean;
  protected: boolean;
  /** Why Neon does not restore the branch at present; `undefined` where it does. */
  restoreForbidden: string | undefined;
}

const pageSize = 100;

/** All branches of a project. @throws RefusedError (key, no such project), UnavailableError. */
export async function listBranches(api: NeonApi, project: string): Promise<NeonBranchInfo[]> {
  const branches: NeonBranchInfo[] = [];
  let cursor: string | undefined;
  do {
    const page = await callNeon(api, {
      what: `list branches of project ${project}`,
      repeatable: true,
      send: (client) =>
        client.listProjectBranches({ projectId: project, limit: pageSize, ...(cursor ? { cursor } : {}) }),
    });
    branches.push(...(page.branches ?? []).map(readBranch));
    // The last page has no cursor; one that leads nowhere must not be followed for ever.
    cursor = page.branches?.length ? page.pagination?.next : undefined;
  } while (cursor);
  return branches;
}

export function readBranch(branch: Branch): NeonBranchInfo {
  return {
    id: branch.id,
    name: branch.name,
    parent: branch.parent_id ?? null,
    default: branch.default ?? branch.primary ?? false,
    protected: branch.protected ?? false,
    restoreForbidden: branch.restricted_actions?.find(({ name }) => name === 'restore')?.reason,
  };
}

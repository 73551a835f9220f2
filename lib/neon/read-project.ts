import { callNeon } from './call-neon.ts';
import type { NeonApi } from './neon-api.ts';

/** What a preflight needs to know of a project; `null` where the key may not see it or Neon sets no limit. */
export interface NeonProjectFacts {
  name: string;
  /** The major version. */
  postgres: number | null;
  /** How much a branch may hold; beyond it writes fail. */
  branchLimitBytes: number | null;
  /** What the project occupies with all its branches and their history. */
  storageBytes: number | null;
  /** How long back a branch can be restored. */
  historySeconds: number | null;
}

/** @throws RefusedError (key, no such project), UnavailableError. */
export async function readProject(api: NeonApi, id: string): Promise<NeonProjectFacts> {
  const { project } = await callNeon(api, {
    what: `read project ${id}`,
    repeatable: true,
    send: (client) => client.getProject(id),
  });
  const limits = [project.branch_logical_size_limit_bytes, project.settings?.quota?.logical_size_bytes];
  // Zero or absent means unlimited (Neon API reference, "ProjectQuota").
  const set = limits.filter((limit) => limit !== undefined && limit > 0);
  return {
    name: project.name,
    postgres: project.pg_version ?? null,
    branchLimitBytes: set.length > 0 ? Math.min(...set.map(Number)) : null,
    storageBytes: project.synthetic_storage_size ?? null,
    historySeconds: project.history_retention_seconds ?? null,
  };
}

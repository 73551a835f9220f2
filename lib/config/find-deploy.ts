import type { Environment } from './environment.ts';

/** What is deployed, as the environment tells it. */
export interface Deploy {
  /** The commit, in lower case. */
  sha: string | null;
  /** The branch or tag. */
  ref: string | null;
  /** The version that the migrations of this deploy lead to. */
  migration: string | null;
}

/**
 * The commit, branch and migration version that are being deployed, where the platform (Vercel, GitHub Actions) or the
 * person tells them. An empty variable tells nothing.
 */
export function findDeploy(environment: Environment): Deploy {
  const first = (...names: string[]): string | null =>
    names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '') ?? null;
  return {
    sha: first('VERCEL_GIT_COMMIT_SHA', 'GITHUB_SHA', 'HOLDFAST_GIT_SHA')?.toLowerCase() ?? null,
    ref: first('VERCEL_GIT_COMMIT_REF', 'GITHUB_REF_NAME', 'HOLDFAST_GIT_REF'),
    migration: first('HOLDFAST_MIGRATION_VERSION'),
  };
}

import type { Environment } from './environment.ts';

/** The commit that is being deployed, where the platform tells it (Vercel, GitHub Actions), else `null`. */
export function findGitSha(environment: Environment): string | null {
  return environment['VERCEL_GIT_COMMIT_SHA'] ?? environment['GITHUB_SHA'] ?? environment['HOLDFAST_GIT_SHA'] ?? null;
}

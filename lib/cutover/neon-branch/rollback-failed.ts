import type { NeonBranch } from '#lib/cutover/cutover.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';

/**
 * A rollback's failure as it is to be told: one that another attempt can cure as it is; any other with the state of both
 * branches and the request that does the same by hand.
 */
export function rollbackFailed(cause: unknown, details: NeonBranch): unknown {
  if (!(cause instanceof HoldfastError) || cause.retryable) return cause;
  const { project, branch, branchName, database, preservedName, preservedBranch, rolledBackName } = details;
  const source = preservedBranch ?? `<id of ${preservedName}>`;
  const body = JSON.stringify({ source_branch_id: source, preserve_under_name: rolledBackName });
  return new RollbackFailedError(
    `Database ${database} of branch ${branchName} still has the restored content, and branch ${preservedName} its former one: ${cause.message}`,
    {
      code: 'neon_branch_not_undone',
      hint: `By hand: restore branch ${branchName} from branch ${preservedName} in the Neon Console, or POST /projects/${project}/branches/${branch}/restore with ${body}`,
      cause,
    },
  );
}

import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { quoteIdent } from '#lib/postgres/quote.ts';

/**
 * A rollback's failure as it is to be told: one that another attempt can cure, or that a person can, as it is; any other
 * with the state of both databases and the statements that do the same by hand.
 */
export function rollbackFailed(cause: unknown, details: DatabaseSwap): unknown {
  if (!(cause instanceof HoldfastError) || cause.retryable || cause.name === 'RefusedError') return cause;
  const { live, before, rolledBack } = details;
  return new RollbackFailedError(
    `Database ${live} still has the restored content, and ${before} its former one: ${cause.message}`,
    {
      code: 'swap_not_undone',
      hint: `By hand, from another database and with nobody connected to these two: begin; alter database ${quoteIdent(live)} rename to ${quoteIdent(rolledBack)}; alter database ${quoteIdent(before)} rename to ${quoteIdent(live)}; commit;`,
      cause,
    },
  );
}

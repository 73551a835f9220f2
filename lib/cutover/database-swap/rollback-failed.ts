import type { DatabaseSwap } from '#lib/cutover/cutover.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { RollbackFailedError } from '#lib/errors/rollback-failed-error.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';

/**
 * A rollback's failure as it is to be told: one that another attempt can cure as it is, and a guard's refusal too; any
 * other, also for want of a right, with the state of both databases and the statements that do the same by hand.
 */
export function rollbackFailed(cause: unknown, details: DatabaseSwap): unknown {
  if (!(cause instanceof HoldfastError) || cause.retryable) return cause;
  if (cause instanceof RefusedError && cause.code !== 'no_right') return cause;
  const { live, before, rolledBack } = details;
  const names = [live, before].map(quoteLiteral).join(', ');
  const statements = [
    `select pg_terminate_backend(pid) from pg_stat_activity where datname in (${names})`,
    'begin',
    `alter database ${quoteIdent(live)} rename to ${quoteIdent(rolledBack)}`,
    `alter database ${quoteIdent(before)} rename to ${quoteIdent(live)}`,
    'commit',
  ];
  return new RollbackFailedError(
    `Database ${live} still has the restored content, and ${before} its former one: ${cause.message}`,
    {
      code: 'swap_not_undone',
      hint: `As a superuser, connected to database ${details.maintenance}: ${statements.join('; ')};`,
      cause,
    },
  );
}

import { startPgBouncer } from './pgbouncer.ts';
import { startSmallPooler } from './small-pooler.ts';

/** A pooler that gives a client a server connection for the length of a transaction only. */
export interface TransactionPooler extends AsyncDisposable {
  readonly kind: 'pgbouncer' | 'stand-in';
  /** The URL given to start it, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A transaction pooler with one server connection in front of the database of `url`: PgBouncer where it is installed
 * (Debian's package `pgbouncer`), else a stand-in of our own, so that a fresh checkout tests the same thing.
 */
export async function startTransactionPooler(url: string): Promise<TransactionPooler> {
  return (await startPgBouncer(url)) ?? (await startSmallPooler(url));
}

import { withSession } from './connect.ts';
import type { ConnectionAddress } from './session.ts';

/**
 * True where two sessions outside a transaction land on one server process: a pooler in transaction or statement mode
 * stands between, and neither an exported snapshot nor COPY in a held transaction survives it (PgBouncer manual,
 * "SQL feature map for pooling modes"). A direct server never gives one process to two sessions.
 */
export async function detectTransactionPooler(connection: ConnectionAddress): Promise<boolean> {
  return withSession(connection, (first) =>
    withSession(connection, async (second) => {
      const pids: string[] = [];
      for (const session of [first, second]) {
        const answer = await session.query<{ pid: string }>('select pg_catalog.pg_backend_pid() as pid');
        pids.push(answer.rows[0]?.pid ?? '');
      }
      return pids[0] === pids[1];
    }),
  );
}

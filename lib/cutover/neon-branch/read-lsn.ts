import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { withSession } from '#lib/postgres/connect.ts';

/** The WAL position of a branch; `null` where it is not told: what goes before is done, and nothing hangs on it. */
export async function readLsn(connection: Connection): Promise<string | null> {
  try {
    return await withSession(connection, async (session) => {
      const answer = await session.query<{ lsn: string }>('select pg_catalog.pg_current_wal_insert_lsn() as lsn');
      return answer.rows[0]?.lsn ?? null;
    });
  } catch (cause) {
    if (cause instanceof HoldfastError) return null;
    throw cause;
  }
}

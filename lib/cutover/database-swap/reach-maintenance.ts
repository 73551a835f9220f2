import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';
import { findMaintenance } from './find-maintenance.ts';

/**
 * The connection as it reaches the maintenance database of the plan, or another one where that is gone: a rollback may
 * come days later. @throws a classified error where there is none.
 */
export async function reachMaintenance(connection: Connection, database: string): Promise<Connection> {
  const planned = locate(connection, { database, host: null });
  try {
    return await withSession(planned, async () => planned);
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    const other = await findMaintenance(connection);
    if (other === null) throw cause;
    return locate(connection, { database: other, host: null });
  }
}

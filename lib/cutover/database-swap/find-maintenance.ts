import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';

/** Databases that servers come with: PostgreSQL's own, and the one of hosts that lock these away. */
const usual = ['postgres', 'template1', 'defaultdb'];

/**
 * A database of the target's server from which others can be renamed and made, found by connecting to it: never the
 * target itself, nor one that a swap has put beside another. `null` where the role can connect to none.
 * @throws a classified error where the server is out of reach.
 */
export async function findMaintenance(target: Connection): Promise<string | null> {
  const others = await withSession(target, async (session) => {
    const answer = await session.query<{ name: string }>(`
      select datname as name from pg_catalog.pg_database
      where datallowconn -- template0 takes no connections
        and datname <> pg_catalog.current_database()
        and datname !~ '__(staging|before|rolled_back)_\\d{8}T\\d{6}Z-' -- dropped one day
        and pg_catalog.has_database_privilege(oid, 'connect')
      order by datname`);
    return answer.rows.map(({ name }) => name);
  });
  const candidates = [...usual.filter((name) => others.includes(name)), ...others.filter((n) => !usual.includes(n))];
  for (const database of candidates) {
    if (await canConnect(locate(target, { database, host: null }))) return database;
  }
  return null;
}

async function canConnect(connection: Connection): Promise<boolean> {
  try {
    return await withSession(connection, async () => true);
  } catch (cause) {
    // pg_hba.conf may know databases of which the catalogue says nothing.
    if (cause instanceof RefusedError) return false;
    throw cause;
  }
}

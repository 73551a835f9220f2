import type { Connection } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { locate } from '#lib/postgres/place.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import { describeContent } from '#lib/restore/check-empty.ts';

/**
 * The other databases of the connection's branch that hold something of people's; one that the role cannot look into is
 * taken to. Reads only. @throws a classified error.
 */
export async function listNeighboursInUse(connection: Connection): Promise<string[]> {
  const others = await withSession(connection, async (session) => {
    const answer = await session.query<{ name: string }>(`
      select datname as name from pg_catalog.pg_database
      where not datistemplate and datallowconn        -- no templates
        and datname <> pg_catalog.current_database()  -- not the target
      order by 1`);
    return answer.rows.map(({ name }) => name);
  });
  const inUse: string[] = [];
  for (const database of others) {
    if (await holdsSomething(locate(connection, { database, host: null }))) inUse.push(database);
  }
  return inUse;
}

async function holdsSomething(connection: Connection): Promise<boolean> {
  try {
    return await withSession(connection, async (session) => {
      return (await describeContent(session, await readServerInfo(session))) !== undefined;
    });
  } catch (cause) {
    // A database that this role may not enter belongs to somebody.
    if (cause instanceof RefusedError) return true;
    throw cause;
  }
}

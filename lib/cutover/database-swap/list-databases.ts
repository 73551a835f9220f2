import type { Session } from '#lib/postgres/session.ts';

/** The server's databases, name by oid. A name may go to another database; an oid stays one database's. */
export type Databases = ReadonlyMap<string, string>;

export async function listDatabases(session: Session): Promise<Databases> {
  const answer = await session.query<{ oid: string; name: string }>(
    'select oid, datname as name from pg_catalog.pg_database',
  );
  return new Map(answer.rows.map(({ oid, name }) => [oid, name]));
}

/** The oid of the database that has the name now. */
export function oidOf(databases: Databases, name: string): string | undefined {
  return [...databases].find(([, other]) => other === name)?.[0];
}

import type { Connection } from '#lib/config/config.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';

/** The database behind a connection, as a branch restore has to know it. */
export interface LiveFacts {
  database: string;
  /** Stays with a database on every branch that holds it. */
  oid: string;
  major: number;
  role: string;
  mayCreateDatabases: boolean;
  ownsDatabase: boolean;
}

/** @throws a classified error. */
export async function readLiveFacts(connection: Connection): Promise<LiveFacts> {
  try {
    return await withSession(connection, async (session) => {
      const answer = await session.query<Record<string, string>>(`
        select d.datname as database, d.oid, current_setting('server_version_num')::int / 10000 as major,
          current_user as role, r.rolcreatedb or r.rolsuper as creates,
          pg_catalog.pg_has_role(d.datdba, 'usage') as owns
        from pg_catalog.pg_database d, pg_catalog.pg_roles r
        where d.datname = pg_catalog.current_database() and r.rolname = current_user`);
      const row = answer.rows[0] ?? {};
      return {
        database: row['database'] ?? '',
        oid: row['oid'] ?? '',
        major: Number(row['major']),
        role: row['role'] ?? '',
        mayCreateDatabases: row['creates'] === 't',
        ownsDatabase: row['owns'] === 't',
      };
    });
  } catch (cause) {
    throw classifyError(cause, `connection ${connection.name}`);
  }
}

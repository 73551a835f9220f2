import { classifyError, sqlstateOf } from './classify-error.ts';
import { type ConnectionBudget, connectionBudgetSql, readConnectionBudget } from './connection-budget.ts';
import type { Session } from './session.ts';

/** What a preflight needs to know of a server and the database of the session. */
export interface ServerInfo {
  /** `server_version`, e.g. `16.14`. */
  version: string;
  major: number;
  database: string;
  role: string;
  superuser: boolean;
  encoding: string;
  collation: string;
  characterType: string;
  /** The cluster's identity (`pg_control_system()`), `null` where the role may not ask. */
  systemIdentifier: string | null;
  databaseOid: string;
  databaseBytes: string;
  /** A standby, or a read replica of Neon: it takes no writes. */
  inRecovery: boolean;
  connections: ConnectionBudget;
  /** A compute of Neon, whatever its host is called. */
  neon: boolean;
}

const query = `
  select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
    d.datname as database, current_user as role, r.rolsuper as superuser,
    pg_catalog.pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collation, d.datctype as ctype,
    d.oid as database_oid, pg_catalog.pg_database_size(d.oid) as database_bytes,
    pg_catalog.pg_is_in_recovery() as in_recovery, ${connectionBudgetSql},
    exists (select from pg_catalog.pg_roles where rolname = 'neon_superuser') as neon
  from pg_catalog.pg_database d, pg_catalog.pg_roles r
  where d.datname = pg_catalog.current_database() and r.rolname = current_user`;

/** Reads the server's facts. @throws a classified error. */
export async function readServerInfo(session: Session): Promise<ServerInfo> {
  try {
    const answer = await session.query<Record<string, string>>(query);
    const row = answer.rows[0] ?? {};
    return {
      version: row['version'] ?? '',
      major: Number(row['major']),
      database: row['database'] ?? '',
      role: row['role'] ?? '',
      superuser: row['superuser'] === 't',
      encoding: row['encoding'] ?? '',
      collation: row['collation'] ?? '',
      characterType: row['ctype'] ?? '',
      systemIdentifier: await readSystemIdentifier(session),
      databaseOid: row['database_oid'] ?? '',
      databaseBytes: row['database_bytes'] ?? '0',
      inRecovery: row['in_recovery'] === 't',
      connections: readConnectionBudget(row),
      neon: row['neon'] === 't',
    };
  } catch (cause) {
    throw classifyError(cause, 'server facts');
  }
}

async function readSystemIdentifier(session: Session): Promise<string | null> {
  try {
    const answer = await session.query<{ id: string }>(
      'select system_identifier as id from pg_catalog.pg_control_system()',
    );
    return answer.rows[0]?.id ?? null;
  } catch (cause) {
    // 42501: some hosted services revoke this function from ordinary roles; the guard that keeps a restore off its source then rests on the source not being empty.
    if (sqlstateOf(cause) === '42501') return null;
    throw cause;
  }
}

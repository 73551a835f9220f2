import type { Connection } from '#lib/config/config.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { detectTransactionPooler } from '#lib/postgres/detect-pooler.ts';
import { readServerInfo, type ServerInfo } from '#lib/postgres/server-info.ts';
import type { Session } from '#lib/postgres/session.ts';
import { describeContent } from '#lib/restore/check-empty.ts';
import { type ClientGroup, countClients } from './database-swap/clients.ts';
import { findMaintenance } from './database-swap/find-maintenance.ts';

/** What the choice of a strategy hangs on. */
export interface TargetFacts {
  server: ServerInfo;
  owner: string;
  /** The role may rename the database: it has the owner's rights. */
  ownsDatabase: boolean;
  /** The role may make a database that belongs to the same owner. */
  mayGiveToOwner: boolean;
  mayCreateDatabases: boolean;
  /** The database's tablespace where a new database would not lie there by itself and the role may not put it there. */
  closedTablespace: string | null;
  /** A database of the server to rename others from; `null` where the role can connect to none. */
  maintenance: string | null;
  /** What of people's the database holds, for people; `undefined` where it is empty. */
  content: string | undefined;
  /** The server's other databases that are no templates, `postgres` included. */
  neighbours: string[];
  clients: ClientGroup[];
  /** Global ids of prepared transactions in the database. */
  prepared: string[];
  /** Replication slots that read the database. */
  slots: string[];
  subscriptions: string[];
  /** A pooler in transaction mode stands between. */
  pooled: boolean;
}

/** Reads the facts; changes nothing. @throws a classified error. */
export async function readTargetFacts(target: Connection): Promise<TargetFacts> {
  const pooled = await detectTransactionPooler(target);
  const maintenance = await findMaintenance(target);
  return withSession(target, async (session) => {
    try {
      const server = await readServerInfo(session);
      return {
        server,
        ...(await readRights(session, server.major)),
        maintenance,
        content: await describeContent(session, server),
        neighbours: await listNames(session, neighboursSql),
        clients: await countClients(session, server.databaseOid),
        prepared: await listNames(session, preparedSql),
        slots: await listNames(session, slotsSql),
        subscriptions: await listNames(session, subscriptionsSql),
        pooled,
      };
    } catch (cause) {
      throw classifyError(cause, `connection ${target.name}`);
    }
  });
}

const here = 'pg_catalog.current_database()';

const neighboursSql = `select datname as name from pg_catalog.pg_database
  where not datistemplate -- template0, template1, and what people copy new databases from
    and datname <> ${here} order by datname`;
const preparedSql = `select gid as name from pg_catalog.pg_prepared_xacts where database = ${here} order by gid`;
const slotsSql = `select slot_name as name from pg_catalog.pg_replication_slots
  where database = ${here} -- a physical slot reads no one database
  order by slot_name`;
// The catalogue is shared by all databases of the server.
const subscriptionsSql = `select s.subname as name from pg_catalog.pg_subscription s
  join pg_catalog.pg_database d on d.oid = s.subdbid where d.datname = ${here} order by s.subname`;

async function listNames(session: Session, sql: string): Promise<string[]> {
  const answer = await session.query<{ name: string }>(sql);
  return answer.rows.map(({ name }) => name);
}

async function readRights(session: Session, major: number) {
  const answer = await session.query<Record<string, string | null>>(`
    select pg_catalog.pg_get_userbyid(d.datdba) as owner,
      pg_catalog.pg_has_role(d.datdba, 'usage') as owns,
      pg_catalog.pg_has_role(d.datdba, '${major >= 16 ? 'set' : 'member'}') as gives,
      r.rolsuper or r.rolcreatedb as creates,
      case when d.dattablespace <> t.dattablespace -- template0's is where a new one lies by itself
        and not pg_catalog.has_tablespace_privilege(d.dattablespace, 'create') then s.spcname end as closed
    from pg_catalog.pg_database d
      join pg_catalog.pg_tablespace s on s.oid = d.dattablespace
      join pg_catalog.pg_database t on t.datname = 'template0'
      join pg_catalog.pg_roles r on r.rolname = current_user
    where d.datname = ${here}`);
  const row = answer.rows[0] ?? {};
  return {
    owner: row['owner'] ?? '',
    ownsDatabase: row['owns'] === 't',
    mayGiveToOwner: row['gives'] === 't',
    mayCreateDatabases: row['creates'] === 't',
    closedTablespace: row['closed'] ?? null,
  };
}

import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { classifyError, isDriverError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { type Client, describeClient, listClients } from './clients.ts';

interface Failure {
  cause: unknown;
  live: string;
  databaseOids: readonly string[];
  holder: string;
}

/** Why the renames failed, with the names of those who were in the way. */
export async function explainFailure(session: Session, failure: Failure): Promise<HoldfastError> {
  const { cause, live } = failure;
  const object = `cut-over of database ${live}`;
  switch (sqlstateOf(cause)) {
    case '55006': // object_in_use: clients were there for 5 s
      return new UnavailableError(`${object}: ${await describe(listAllClients(session, failure))} did not leave.`, {
        code: 'clients_stay',
        hint: 'Nothing was changed. End these sessions, or stop the application for the moment of the cut-over.',
        cause,
      });
    case '55P03': // lock_not_available
      return new UnavailableError(`${object}: ${await describe(listLockHolders(session, failure))} holds its lock.`, {
        code: 'database_locked',
        hint: 'Nothing was changed. Somebody copies the database, changes it, or another cut-over of it is under way.',
        cause,
      });
    case '57014': // query_canceled: statement_timeout
      return new UnavailableError(`${object} took too long.`, {
        code: 'swap_timeout',
        hint: 'Nothing was changed. The server is overloaded, or a synchronous standby does not answer.',
        cause,
      });
    case '22023': // invalid_parameter_value: its message would quote the value, and that may be a secret
    case '42704': // undefined_object
      return new UnavailableError(`${object}: a setting of the database was changed meanwhile.`, {
        code: 'changed_meanwhile',
        hint: 'Nothing was changed. Another attempt carries it over as it is then, or says that it cannot.',
        cause,
      });
    case '42P04': // duplicate_database
      return new RefusedError(`${object}: a name that it needs is taken by another database.`, {
        code: 'name_taken',
        hint: 'Nothing was changed. See the databases of the server (psql -l); rename the one that the cause names.',
        cause,
      });
    default:
      return classifyError(cause, object);
  }
}

async function describe(clients: Promise<Client[]>): Promise<string> {
  try {
    const [first, ...others] = await clients;
    if (first === undefined) return 'somebody who has gone since';
    return `${describeClient(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  } catch (cause) {
    // The explanation must not take the place of what is explained.
    if (isDriverError(cause)) return 'somebody';
    throw cause;
  }
}

async function listAllClients(session: Session, { databaseOids }: Failure): Promise<Client[]> {
  const lists = await Promise.all(
    databaseOids.map((databaseOid) => listClients(session, { databaseOid, stay: false })),
  );
  return lists.flat();
}

async function listLockHolders(session: Session, { databaseOids, holder }: Failure): Promise<Client[]> {
  const answer = await session.query<{ pid: string; application: string; role: string }>(`
    select a.pid, coalesce(a.application_name, '') as application, coalesce(a.usename, 'none') as role
    from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.granted and l.pid <> ${quoteLiteral(holder)} and l.locktype = 'object'
      and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
      and l.objid in (${databaseOids.map(quoteLiteral).join(', ')})`);
  return answer.rows;
}

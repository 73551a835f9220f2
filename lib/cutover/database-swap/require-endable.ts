import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { describeClient, listClients } from './clients.ts';

/** Monitoring of a superuser comes and goes. */
const patienceMs = 3_000;
const pauseMs = 100;

/**
 * Looks before anybody is interrupted whether the databases can be emptied of clients.
 * @throws RefusedError that names who stays: a session of a role that ours may not end, or a prepared transaction.
 */
export async function requireEndable(
  session: Session,
  { live, databaseOids }: { live: string; databaseOids: readonly string[] },
): Promise<void> {
  const [gid] = await listPrepared(session, databaseOids);
  if (gid !== undefined) {
    throw new RefusedError(`Database ${live} cannot be swapped: it holds the prepared transaction ${gid}.`, {
      code: 'prepared_transaction',
      hint: `End it in its database first: commit prepared ${quoteLiteral(gid)}; or rollback prepared ${quoteLiteral(gid)};`,
    });
  }
  for (const databaseOid of databaseOids) {
    const deadline = performance.now() + patienceMs;
    let staying = await listClients(session, { databaseOid, stay: true });
    while (staying.length > 0 && performance.now() < deadline) {
      await sleep(pauseMs);
      staying = await listClients(session, { databaseOid, stay: true });
    }
    const [first] = staying;
    if (first) {
      throw new RefusedError(`Database ${live} cannot be swapped: ${describeClient(first)} may not be ended.`, {
        code: 'client_stays',
        hint: `Let it end, as a superuser where needed: select pg_terminate_backend(${first.pid}); or grant pg_signal_backend to the role of the connection.`,
      });
    }
  }
}

async function listPrepared(session: Session, databaseOids: readonly string[]): Promise<string[]> {
  const answer = await session.query<{ gid: string }>(`
    select p.gid from pg_catalog.pg_prepared_xacts p join pg_catalog.pg_database d on d.datname = p.database
    where d.oid in (${databaseOids.map(quoteLiteral).join(', ')}) order by p.prepared`);
  return answer.rows.map(({ gid }) => gid);
}

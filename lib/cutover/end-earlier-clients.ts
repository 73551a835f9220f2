import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** A session that is told to end does so at the next moment in which PostgreSQL looks. */
const patienceMs = 10_000;
const pauseMs = 20;

/**
 * Ends the clients' sessions of the present database that began before `since`, by the server's clock, and waits until
 * they are gone: one that was told to end in the middle of a statement may still commit it. A session reads the
 * database's settings under a lock on the database, which it keeps until it has begun (InitPostgres), and is not in
 * pg_stat_activity before: those that are about to begin are waited for, and ended too. Our own sessions stay. Answers
 * how many were ended.
 * @throws UnavailableError where one does not leave, and the server's error where the role may not end it.
 */
export async function endEarlierClients(session: Session, since: string): Promise<number> {
  const until = performance.now() + patienceMs;
  const starting = await listStarting(session);
  const ended = new Set<string>();
  while (true) {
    // Those first: who has begun by now is among the clients of the next look.
    const stillStarting = await listStarting(session);
    const clients = await endClients(session, since);
    for (const pid of clients) ended.add(pid);
    const left = [...clients, ...stillStarting.filter((pid) => starting.includes(pid))];
    if (left.length === 0) return ended.size;
    if (performance.now() > until) {
      throw new UnavailableError(`Session ${left[0]} of the database did not leave within ${patienceMs / 1_000} s.`, {
        code: 'client_does_not_leave',
        hint: `See what holds it: select * from pg_stat_activity where pid = ${left[0]}; and run again.`,
      });
    }
    await sleep(pauseMs);
  }
}

/** Tells the clients that began before `since` to end; answers their processes, which may take their time. */
async function endClients(session: Session, since: string): Promise<string[]> {
  const { rows } = await session.query<{ pid: string }>(`
    select pid::text as pid, pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
    where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()
      and backend_type = 'client backend'   -- not autovacuum, not replication
      and application_name <> 'holdfast'    -- our own sessions say for each transaction what it may do
      and backend_start < ${quoteLiteral(since)}::timestamptz`);
  return rows.map(({ pid }) => pid);
}

/** The processes of sessions of the present database that are about to begin. */
async function listStarting(session: Session): Promise<string[]> {
  const { rows } = await session.query<{ pid: string }>(`
    select l.pid::text as pid from pg_catalog.pg_locks l
    join pg_catalog.pg_database d on d.oid = l.objid and d.datname = pg_catalog.current_database()
    where l.locktype = 'object' and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
      and l.mode = 'RowExclusiveLock' and l.granted and l.pid <> pg_catalog.pg_backend_pid()`);
  return rows.map(({ pid }) => pid);
}

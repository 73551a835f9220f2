import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** Sessions in a database that belong together. */
export interface ClientGroup {
  application: string;
  role: string;
  count: number;
  /** Our role may end them. */
  mayEnd: boolean;
}

/** A session in a database. */
export interface Client {
  pid: string;
  application: string;
  role: string;
}

/**
 * Sessions `a` with what our role `me` may do to them: superusers' are ended by superusers only, others by who has the
 * rights of their role or of pg_signal_backend (manual, "Server Signaling Functions"). A process without a role is one
 * of the server's own; of these a rename ends autovacuum itself.
 */
const activity = `pg_catalog.pg_stat_activity a
  left join pg_catalog.pg_roles u on u.oid = a.usesysid
  join pg_catalog.pg_roles me on me.rolname = current_user`;
const mayEnd = `(me.rolsuper or (not u.rolsuper and (pg_catalog.pg_has_role(u.oid, 'usage')
  or pg_catalog.pg_has_role('pg_signal_backend', 'usage'))))`;

/** Other people's sessions in a database, most of a kind first; our own and the server's are left out. */
export async function countClients(session: Session, databaseOid: string): Promise<ClientGroup[]> {
  const answer = await session.query<{ application: string; role: string; count: string; ends: string }>(`
    select coalesce(a.application_name, '') as application, u.rolname as role, pg_catalog.count(*) as count,
      pg_catalog.bool_and(${mayEnd}) as ends
    from ${activity}
    where a.datid = ${quoteLiteral(databaseOid)} and a.usesysid is not null -- a client's, not the server's own
      and a.application_name <> 'holdfast'
    group by 1, 2 order by 3 desc, 1, 2`);
  return answer.rows.map(({ application, role, count, ends }) => ({
    ...{ application, role },
    count: Number(count),
    mayEnd: ends === 't',
  }));
}

/** Sessions in a database, the server's own left out; with `stay` only those that our role may not end. */
export async function listClients(
  session: Session,
  { databaseOid, stay }: { databaseOid: string; stay: boolean },
): Promise<Client[]> {
  const answer = await session.query<{ pid: string; application: string; role: string }>(`
    select a.pid, coalesce(a.application_name, '') as application, u.rolname as role
    from ${activity}
    where a.datid = ${quoteLiteral(databaseOid)} and a.usesysid is not null -- a client's, not the server's own
      and ${stay ? `not ${mayEnd}` : 'true'}
    order by a.backend_start`);
  return answer.rows;
}

/**
 * Ends every session that our role may end in those of the databases that the process `holder` has locked against new
 * ones: ended earlier they would only come back.
 */
export function endClientsSql({ databaseOids, holder }: { databaseOids: readonly string[]; holder: string }): string {
  return `
    select pg_catalog.pg_terminate_backend(a.pid) from ${activity}
    where a.datid in (${databaseOids.map(quoteLiteral).join(', ')}) and ${mayEnd}
      and exists (select from pg_catalog.pg_locks l
        where l.pid = ${quoteLiteral(holder)} and l.locktype = 'object' and l.objid = a.datid
          and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
          and l.mode = 'AccessExclusiveLock' and l.granted)`;
}

/** Ends the sessions of the present database that began at `since` or later, by the server's clock; our own stay. */
export async function endClientsSince(session: Session, since: string): Promise<void> {
  await session.query(`
    select pg_catalog.pg_terminate_backend(a.pid) from ${activity}
    where a.datname = pg_catalog.current_database() and ${mayEnd}
      and a.backend_start >= ${quoteLiteral(since)}::timestamptz
      and a.application_name <> 'holdfast' and a.pid <> pg_catalog.pg_backend_pid()`);
}

/** `session 4711 of role app (psql)`. */
export function describeClient({ pid, application, role }: Client): string {
  return `session ${pid} of role ${role}${application === '' ? '' : ` (${application})`}`;
}

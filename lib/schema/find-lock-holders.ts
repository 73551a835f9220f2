import type { Session } from '#lib/postgres/session.ts';

/** A session in the way of pg_dump's ACCESS SHARE locks. */
export interface LockHolder {
  /** Quoted where needed: `public.players`. */
  table: string;
  pid: number;
  /** `application_name` and user, for people. */
  who: string;
}

/**
 * Sessions that hold, or wait in front of others for, an ACCESS EXCLUSIVE lock on a table of this database: the only
 * mode that keeps readers out (PostgreSQL manual, "Table-Level Locks").
 */
export async function findLockHolders(session: Session): Promise<LockHolder[]> {
  const { rows } = await session.query<{ table: string; pid: string; who: string }>(`
    select format('%I.%I', n.nspname, c.relname) as "table", l.pid::text as pid,
           concat_ws(', ', nullif(a.application_name, ''), a.usename) as who
    from pg_catalog.pg_locks l
    join pg_catalog.pg_class c on c.oid = l.relation
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation'
      and l.mode = 'AccessExclusiveLock'
      -- the same relation OID can mean another table in another database
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
      -- tables and partitioned tables: what pg_dump locks
      and c.relkind in ('r', 'p')
      and l.pid <> pg_catalog.pg_backend_pid()
    order by l.granted desc, 1, l.pid`);
  return rows.map(({ table, pid, who }) => ({ table, pid: Number(pid), who }));
}

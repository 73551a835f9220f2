import type { Session } from '#lib/postgres/session.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

/**
 * What others have put into a side schema, or built on its tables: all that would keep it from being dropped without
 * CASCADE, as people know it (`view public.best`). Reads the catalogue only.
 */
export async function listOtherUsers(
  session: Session,
  { schema, tables }: Pick<RecoveryPlan, 'schema' | 'tables'>,
): Promise<string[]> {
  const answer = await session.query<{ name: string }>(
    `with side as (
       select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = $1 and c.relname = any($2)
         and c.relkind = 'r'  -- a view that took the name of a table is not the run's
     ), own as (
       select 'pg_catalog.pg_class'::regclass as classid, oid as objid from side
       union all
       select 'pg_catalog.pg_type'::regclass, own_type.oid
       from side join pg_catalog.pg_type t on t.typrelid = side.oid
         cross join lateral (values (t.oid), (t.typarray)) own_type(oid)
     ), users as (
       select d.classid, d.objid, d.objsubid from pg_catalog.pg_depend d
       where d.deptype = 'n'  -- what goes with the tables by itself depends on them otherwise
         and (d.refclassid = 'pg_catalog.pg_namespace'::regclass
             and d.refobjid = (select oid from pg_catalog.pg_namespace where nspname = $1)
           or (d.refclassid, d.refobjid) in (select classid, objid from own))
         and (d.classid, d.objid) not in (select classid, objid from own)
         and not exists (select from pg_catalog.pg_depend o join own on own.classid = o.refclassid and own.objid = o.refobjid
           where o.classid = d.classid and o.objid = d.objid and o.deptype in ('a', 'i'))  -- goes with them all the same
     )
     select distinct case when r.oid is null then pg_catalog.pg_describe_object(u.classid, u.objid, u.objsubid)
       else pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0) end as name  -- a view, by its rule
     from users u left join pg_catalog.pg_rewrite r
       on u.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = u.objid
     order by 1`,
    [schema, tables.map(({ side }) => side)],
  );
  return answer.rows.map(({ name }) => name);
}

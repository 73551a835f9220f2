import { userSchemasCondition } from '#lib/catalog/user-schemas.ts';
import type { Session } from '#lib/postgres/session.ts';

/** One object of people in a database: how PostgreSQL itself names it for DDL. */
export interface DatabaseObject {
  /** `table`, `function`, `schema`, ... as DROP takes it. */
  type: string;
  /** Quoted as DDL takes it. */
  identity: string;
}

/** Catalogues whose rows lie in schemas, with no more to ask of them: their namespace column, and when to drop. */
const catalogsInSchemas = [
  ['pg_proc', 'pronamespace', 2],
  ['pg_operator', 'oprnamespace', 2],
  ['pg_opfamily', 'opfnamespace', 3],
  ['pg_collation', 'collnamespace', 4],
  ['pg_conversion', 'connamespace', 4],
  ['pg_ts_config', 'cfgnamespace', 4],
  ['pg_ts_dict', 'dictnamespace', 4],
  ['pg_ts_parser', 'prsnamespace', 5],
  ['pg_ts_template', 'tmplnamespace', 5],
] as const;

/**
 * What people have made in a database, members of extensions not counted: an empty answer is an empty database.
 * Schemas come last. (manual, "pg_identify_object")
 */
export async function listDatabaseObjects(session: Session): Promise<DatabaseObject[]> {
  const mine = userSchemasCondition('n', []);
  // Members of extensions, and what PostgreSQL made inside of another object (identity sequences, multirange types).
  const notMember = (classid: string, oid: string): string => `not exists (
      select from pg_catalog.pg_depend d
      where d.classid = '${classid}'::regclass and d.objid = ${oid}
        and d.objsubid = 0 -- the columns of a partition key are internal to their own table
        and d.deptype in ('e', 'i'))`;
  const inSchemas = catalogsInSchemas.map(
    ([catalog, namespace, step]) => `select 'pg_catalog.${catalog}'::regclass, x.oid, ${step}
      from pg_catalog.${catalog} x join pg_catalog.pg_namespace n on n.oid = x.${namespace}
      where ${mine} and ${notMember(`pg_catalog.${catalog}`, 'x.oid')}`,
  );
  const answer = await session.query<{ type: string; identity: string }>(`
    with objects(classid, objid, step) as (
      select 'pg_catalog.pg_event_trigger'::regclass, t.oid, 0 from pg_catalog.pg_event_trigger t
      where ${notMember('pg_catalog.pg_event_trigger', 't.oid')}
      union all
      select 'pg_catalog.pg_publication'::regclass, oid, 0 from pg_catalog.pg_publication
      union all
      select 'pg_catalog.pg_class'::regclass, c.oid, case c.relkind when 'S' then 3 else 1 end
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')  -- indexes, TOAST and composite types go with their owners
        and ${mine} and ${notMember('pg_catalog.pg_class', 'c.oid')}
      union all
      select 'pg_catalog.pg_type'::regclass, t.oid, 4
      from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
        left join pg_catalog.pg_class c on c.oid = t.typrelid
      where (t.typtype in ('d', 'e', 'r') or (t.typtype = 'c' and c.relkind = 'c') -- not the row types of tables
          or (t.typtype = 'b' and t.typelem = 0))                                  -- not array types
        and ${mine} and ${notMember('pg_catalog.pg_type', 't.oid')}
      union all
      ${inSchemas.join('\n      union all\n      ')}
      union all
      select 'pg_catalog.pg_language'::regclass, l.oid, 6 from pg_catalog.pg_language l
      where l.oid >= 16384 and ${notMember('pg_catalog.pg_language', 'l.oid')}
      union all
      select 'pg_catalog.pg_am'::regclass, a.oid, 6 from pg_catalog.pg_am a
      where a.oid >= 16384 and ${notMember('pg_catalog.pg_am', 'a.oid')}
      union all
      select 'pg_catalog.pg_statistic_ext'::regclass, s.oid, 1
      from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
      where ${mine}
      union all
      select 'pg_catalog.pg_foreign_server'::regclass, s.oid, 5 from pg_catalog.pg_foreign_server s
      where ${notMember('pg_catalog.pg_foreign_server', 's.oid')}
      union all
      select 'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, 6 from pg_catalog.pg_foreign_data_wrapper w
      where ${notMember('pg_catalog.pg_foreign_data_wrapper', 'w.oid')}
      union all
      select 'pg_catalog.pg_cast'::regclass, k.oid, 0 from pg_catalog.pg_cast k
      where k.oid >= 16384 -- FirstNormalObjectId: made after initdb; the same above
        and ${notMember('pg_catalog.pg_cast', 'k.oid')}
      union all
      select 'pg_catalog.pg_namespace'::regclass, n.oid, 9 from pg_catalog.pg_namespace n
      where n.nspname <> 'public' and ${mine} and ${notMember('pg_catalog.pg_namespace', 'n.oid')})
    select i.type, i.identity from objects o
      cross join lateral pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
    where i.type is not null order by o.step, o.objid desc`);
  const largeObjects = await session.query<{ oid: string }>(
    'select oid from pg_catalog.pg_largeobject_metadata order by oid',
  );
  return [...answer.rows, ...largeObjects.rows.map(({ oid }) => ({ type: 'large object', identity: oid }))];
}

/** Extensions of a database by name; plpgsql is in every one. */
export async function listExtensionNames(session: Session): Promise<string[]> {
  const answer = await session.query<{ name: string }>(
    `select extname as name from pg_catalog.pg_extension where extname <> 'plpgsql' order by 1`,
  );
  return answer.rows.map(({ name }) => name);
}

/** The statement that removes an object, whatever depends on it. */
export function dropStatement({ type, identity }: DatabaseObject): string {
  if (type === 'large object') return `select pg_catalog.lo_unlink(${identity})`;
  // Where DROP has another word than pg_identify_object. A cast's identity, `(a AS b)`, is what DROP CAST takes.
  const words: Record<string, string> = {
    'statistics object': 'statistics',
    'foreign-data wrapper': 'foreign data wrapper',
  };
  return `drop ${words[type] ?? type} if exists ${identity} cascade`;
}

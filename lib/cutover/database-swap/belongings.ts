import { z } from 'zod';
import { quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';

/** `role` is `null` for a setting of the whole database. A value may be a secret of people's: it is shown to nobody. */
const setting = z.strictObject({ role: z.string().nullable(), name: z.string(), value: z.string() });
export type Setting = z.infer<typeof setting>;

/** One right of the database's ACL; PUBLIC has the empty name. A database that was granted nothing has the default ACL. */
const grant = z.strictObject({
  grantor: z.string(),
  grantee: z.string(),
  privilege: z.string(),
  grantable: z.boolean(),
});
export type DatabaseGrant = z.infer<typeof grant>;

const label = z.strictObject({ provider: z.string(), label: z.string() });

const belongingsSchema = z.strictObject({
  oid: z.string(),
  name: z.string(),
  owner: z.string(),
  connectionLimit: z.int(),
  allowsConnections: z.boolean(),
  isTemplate: z.boolean(),
  comment: z.string().nullable(),
  settings: z.array(setting),
  grants: z.array(grant),
  labels: z.array(label),
});

/** What belongs to a database and not to its content: no backup of the content has it, and a rename leaves it behind. */
export type Belongings = z.infer<typeof belongingsSchema>;

/** Reads the belongings of databases by oid, in one statement. One that is gone is missing in the answer. */
export async function readBelongings(session: Session, oids: readonly string[]): Promise<Belongings[]> {
  const answer = await session.query<{ belongings: string }>(`
    select pg_catalog.json_build_object(
      'oid', d.oid::text, 'name', d.datname, 'owner', pg_catalog.pg_get_userbyid(d.datdba),
      'connectionLimit', d.datconnlimit, 'allowsConnections', d.datallowconn, 'isTemplate', d.datistemplate,
      'comment', pg_catalog.shobj_description(d.oid, 'pg_database'),
      'settings', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('role', r.rolname,
            'name', pg_catalog.split_part(c.item, '=', 1),
            'value', pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1))
            order by r.rolname nulls first, c.n), '[]')
          from pg_catalog.pg_db_role_setting s
            left join pg_catalog.pg_roles r on r.oid = s.setrole, -- 0: the whole database
            pg_catalog.unnest(s.setconfig) with ordinality c(item, n)
          where s.setdatabase = d.oid),
      'grants', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'grantor', pg_catalog.pg_get_userbyid(g.grantor),
            'grantee', case g.grantee when 0 then '' else pg_catalog.pg_get_userbyid(g.grantee) end,
            'privilege', g.privilege_type, 'grantable', g.is_grantable)), '[]')
          from pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) g),
      'labels', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'provider', l.provider, 'label', l.label) order by l.provider), '[]')
          from pg_catalog.pg_shseclabel l
          where l.objoid = d.oid and l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass)
    )::text as belongings
    from pg_catalog.pg_database d where d.oid in (${oids.map(quoteLiteral).join(', ')})`);
  return answer.rows.map(({ belongings }) => belongingsSchema.parse(JSON.parse(belongings)));
}

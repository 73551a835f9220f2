import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { planGrants, planRevokes, sameGrants } from './plan-grants.ts';
import { type EmptyState, grantsSchema } from './restore-state.ts';

/** `aclexplode` of an ACL as JSON, in the form of `grantsSchema`. */
export function grantsSql(acl: string): string {
  return `coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
    'grantee', case x.grantee when 0 then '' else pg_catalog.pg_get_userbyid(x.grantee) end,
    'privilege', x.privilege_type, 'grantable', x.is_grantable)) from pg_catalog.aclexplode(${acl}) x), '[]')::text`;
}

/** Owner, privileges and comment of `public`, `null` where there is no such schema. */
export async function readPublicSchema(session: Session): Promise<EmptyState['publicSchema']> {
  const answer = await session.query<{ owner: string; grants: string; comment: string | null }>(`
    select pg_catalog.pg_get_userbyid(nspowner) as owner, pg_catalog.obj_description(oid, 'pg_namespace') as comment,
      ${grantsSql(`coalesce(nspacl, pg_catalog.acldefault('n', nspowner))`)} as grants
    from pg_catalog.pg_namespace where nspname = 'public'`);
  const row = answer.rows[0];
  return row ? { ...row, grants: grantsSchema.parse(JSON.parse(row.grants)) } : null;
}

/** Statements that make `public` what it was. Pure. */
export function planPublicSchema(was: EmptyState['publicSchema'], is: EmptyState['publicSchema']): string[] {
  if (was === null) return is === null ? [] : ['drop schema public cascade'];
  const statements = is === null ? ['create schema public'] : [];
  if (is?.owner !== was.owner) statements.push(`alter schema public owner to ${quoteIdent(was.owner)}`);
  if ((is?.comment ?? null) !== was.comment) {
    statements.push(`comment on schema public is ${was.comment === null ? 'null' : quoteLiteral(was.comment)}`);
  }
  if (is === null || is.owner !== was.owner || !sameGrants(is.grants, was.grants)) {
    const holders = [...(is?.grants ?? []), ...was.grants].map(({ grantee }) => grantee);
    statements.push(
      ...planRevokes('on schema public', ['', ...holders]),
      ...planGrants('on schema public', was.grants),
    );
  }
  return statements;
}

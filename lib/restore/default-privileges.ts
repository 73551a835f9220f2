import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import { planGrants, planRevokes, sameGrants } from './plan-grants.ts';
import { grantsSql } from './public-schema.ts';
import { type EmptyState, type Grant, grantsSchema } from './restore-state.ts';

type DefaultPrivileges = EmptyState['defaultPrivileges'][number];

/** Default privileges that people have set for a whole database or for single schemas. */
export async function readDefaultPrivileges(session: Session): Promise<DefaultPrivileges[]> {
  const answer = await session.query<{ role: string; schema: string | null; kind: string; grants: string }>(`
    select pg_catalog.pg_get_userbyid(a.defaclrole) as role, n.nspname as schema,
      case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
        when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as kind,
      ${grantsSql('a.defaclacl')} as grants
    from pg_catalog.pg_default_acl a left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace
    order by 1, 2, 3`);
  return answer.rows.map((row) => ({ ...row, grants: grantsSchema.parse(JSON.parse(row.grants)) }));
}

/** Statements that make default privileges what they were. Pure. */
export function planDefaultPrivileges(was: readonly DefaultPrivileges[], is: readonly DefaultPrivileges[]): string[] {
  const key = ({ role, schema, kind }: DefaultPrivileges): string => JSON.stringify([role, schema, kind]);
  const before = new Map(was.map((one) => [key(one), one]));
  const after = new Map(is.map((one) => [key(one), one]));
  const all = new Map([...after, ...before]);
  return [...all].flatMap(([name, one]) => {
    const wanted = before.get(name)?.grants;
    const there = after.get(name)?.grants;
    return wanted && there && sameGrants(wanted, there) ? [] : planOne(one, { wanted, there: there ?? [] });
  });
}

function planOne(
  { role, schema, kind }: DefaultPrivileges,
  { wanted, there }: { wanted: readonly Grant[] | undefined; there: readonly Grant[] },
): string[] {
  const alter = `alter default privileges for role ${quoteIdent(role)}${schema === null ? '' : ` in schema ${quoteIdent(schema)}`}`;
  // Those of a schema add to those of the database, which start from what PostgreSQL grants by itself (manual,
  // "ALTER DEFAULT PRIVILEGES"); an entry that is equal to its start goes away.
  const holders = [...there.map(({ grantee }) => grantee), ...(schema === null ? ['', role] : [])];
  const statements = [
    ...planRevokes(`on ${kind}`, holders),
    ...(wanted === undefined ? (schema === null ? builtIn(role, kind) : []) : planGrants(`on ${kind}`, wanted)),
  ];
  return statements.map((statement) => `${alter} ${statement}`);
}

/** What a new object's owner and PUBLIC have where nobody said anything (manual, "Privileges"). */
function builtIn(role: string, kind: string): string[] {
  const own = [`grant all on ${kind} to ${quoteIdent(role)}`];
  if (kind === 'functions') return [...own, 'grant execute on functions to public'];
  return kind === 'types' ? [...own, 'grant usage on types to public'] : own;
}

import type { LargeObjectInfo } from '#lib/catalog/catalog.ts';
import { quoteIdent, quoteLiteral } from '#lib/postgres/quote.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { TargetRoles } from './fit-to-roles.ts';

/** Inside the caller's transaction: slices of large objects come by COPY and are written into their objects. */
export async function withLargeObjectStage(session: Session, copy: (sql: string) => Promise<void>): Promise<void> {
  await session.query(
    'create temporary table holdfast_large_objects (loid oid, start bigint, data bytea) on commit drop',
  );
  await copy('copy pg_temp.holdfast_large_objects (loid, start, data) from stdin');
  await session.query('select pg_catalog.lo_put(loid, start, data) from pg_temp.holdfast_large_objects');
}

/** Statements that make empty large objects under their old numbers, with what belongs to them. */
export function largeObjectStatements(
  objects: readonly LargeObjectInfo[],
  target: Pick<TargetRoles, 'roles' | 'grantable'>,
): string[] {
  return objects.flatMap(({ oid, owner, acl, comment }) => {
    const statements = [`select pg_catalog.lo_create(${oid})`];
    if (comment !== null) statements.push(`comment on large object ${oid} is ${quoteLiteral(comment)}`);
    // The new owner has all rights already, and the grants are made by the restoring role while it is the owner.
    statements.push(...grantStatements(oid, acl, target.roles));
    if (target.grantable.has(owner)) statements.push(`alter large object ${oid} owner to ${quoteIdent(owner)}`);
    return statements;
  });
}

/** The roles that large objects belong to, and those that may use them. */
export function rolesOfLargeObjects(objects: readonly LargeObjectInfo[]): { owners: string[]; grantees: string[] } {
  const grantees = objects.flatMap(({ acl }) => (acl === null ? [] : parseAcl(acl)).map(({ grantee }) => grantee));
  return {
    owners: [...new Set(objects.map(({ owner }) => owner))],
    grantees: [...new Set(grantees)].filter((role) => role !== ''),
  };
}

/** Grants of an ACL such as `{app=rw/app,=r/app}` (manual, "Privileges"): r is SELECT, w is UPDATE, a star the grant option. */
function grantStatements(oid: string, acl: string | null, roles: ReadonlySet<string>): string[] {
  const entries = acl === null ? [] : parseAcl(acl);
  return entries.flatMap(({ grantee, privileges }) => {
    if (grantee !== '' && !roles.has(grantee)) return [];
    const to = grantee === '' ? 'public' : quoteIdent(grantee);
    const names = { r: 'select', w: 'update' };
    return Object.entries(names)
      .filter(([letter]) => privileges.includes(letter))
      .map(([letter, name]) => {
        const option = privileges.includes(`${letter}*`) ? ' with grant option' : '';
        return `grant ${name} on large object ${oid} to ${to}${option}`;
      });
  });
}

function parseAcl(acl: string): { grantee: string; privileges: string }[] {
  const items = acl.slice(1, -1).match(/"(?:\\.|[^"\\])*"|[^,]+/g) ?? [];
  return items.map((item) => {
    const text = item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item;
    const [, quoted, bare, privileges] = /^(?:"((?:[^"]|"")*)"|([^=]*))=([^/]*)\//.exec(text) ?? [];
    return { grantee: quoted?.replaceAll('""', '"') ?? bare ?? '', privileges: privileges ?? '' };
  });
}

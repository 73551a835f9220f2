import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Belongings, DatabaseGrant } from './belongings.ts';

/**
 * Owner, rights, limit and flags that `to` needs to let in exactly whom `from` lets in: they belong into the swap
 * itself. `name` is what `to` is called when they run. Where the role is no superuser, a right that another than the
 * owner has granted is granted by the owner, and said in `notes`.
 */
export function planAccess(
  from: Belongings,
  to: Belongings,
  { name, superuser }: { name: string; superuser: boolean },
): { statements: string[]; notes: string[] } {
  const database = `database ${quoteIdent(name)}`;
  const wanted = superuser ? from.grants : from.grants.map((grant) => ({ ...grant, grantor: from.owner }));
  const present = to.grants.map((grant) => giveTo(from.owner, to.owner, grant));
  const statements = [
    ...(from.owner === to.owner ? [] : [`alter ${database} owner to ${quoteIdent(from.owner)}`]),
    ...without(present, wanted).map(
      (grant) => `revoke ${grant.privilege} on ${database} from ${quoteRole(grant)} cascade`,
    ),
    ...inOrderOfGranting(without(wanted, present), from.owner).flatMap((grant) =>
      grantSql(grant, database, from.owner),
    ),
    ...(from.connectionLimit === to.connectionLimit
      ? []
      : [`alter ${database} connection limit ${from.connectionLimit}`]),
    ...(from.isTemplate === to.isTemplate ? [] : [`alter ${database} is_template ${from.isTemplate}`]),
    ...(from.allowsConnections === to.allowsConnections
      ? []
      : [`alter ${database} allow_connections ${from.allowsConnections}`]),
  ];
  const notes = superuser
    ? []
    : from.grants
        .filter(({ grantor }) => grantor !== from.owner)
        .map(
          ({ grantor, grantee, privilege }) =>
            `${privilege} of role ${grantee}: granted by ${grantor} before, by the owner ${from.owner} now`,
        );
  return { statements, notes };
}

/** What ALTER DATABASE ... OWNER TO makes of an entry. */
function giveTo(owner: string, former: string, grant: DatabaseGrant): DatabaseGrant {
  const changed = (role: string): string => (role === former ? owner : role);
  return { ...grant, grantor: changed(grant.grantor), grantee: changed(grant.grantee) };
}

/** A role can grant on only after it was given the grant option itself. */
function inOrderOfGranting(grants: readonly DatabaseGrant[], owner: string): DatabaseGrant[] {
  const ordered: DatabaseGrant[] = [];
  let able = new Set([owner]);
  let left = [...grants];
  while (left.length > 0) {
    const next = left.filter(({ grantor }) => able.has(grantor));
    // Whoever is left was given the option by an entry that is there already.
    if (next.length === 0) return [...ordered, ...left];
    ordered.push(...next);
    left = left.filter((grant) => !next.includes(grant));
    able = new Set([...able, ...next.filter(({ grantable }) => grantable).map(({ grantee }) => grantee)]);
  }
  return ordered;
}

function grantSql(grant: DatabaseGrant, database: string, owner: string): string[] {
  const option = grant.grantable ? ' with grant option' : '';
  const sql = `grant ${grant.privilege} on ${database} to ${quoteRole(grant)}${option}`;
  return grant.grantor === owner ? [sql] : [`set local role ${quoteIdent(grant.grantor)}`, sql, 'reset role'];
}

function quoteRole({ grantee }: DatabaseGrant): string {
  return grantee === '' ? 'public' : quoteIdent(grantee);
}

function without(grants: readonly DatabaseGrant[], others: readonly DatabaseGrant[]): DatabaseGrant[] {
  const key = (grant: DatabaseGrant): string =>
    JSON.stringify([grant.grantor, grant.grantee, grant.privilege, grant.grantable]);
  const known = new Set(others.map(key));
  return grants.filter((grant) => !known.has(key(grant)));
}

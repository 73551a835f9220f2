import { quoteIdent } from '#lib/postgres/quote.ts';
import type { Grant } from './restore-state.ts';

/** Grants as SQL: `on` is what stands between the right and the role, as in `on schema public`. */
export function planGrants(on: string, grants: readonly Grant[]): string[] {
  return grants.map(
    ({ grantee, privilege, grantable }) =>
      `grant ${privilege} ${on} to ${quoteRole(grantee)}${grantable ? ' with grant option' : ''}`,
  );
}

/** What takes every right of the roles away. */
export function planRevokes(on: string, grantees: Iterable<string>): string[] {
  return [...new Set(grantees)].map((grantee) => `revoke all ${on} from ${quoteRole(grantee)}`);
}

/** Whether two lists say the same, in whatever order. */
export function sameGrants(a: readonly Grant[], b: readonly Grant[]): boolean {
  const sorted = (grants: readonly Grant[]): string =>
    JSON.stringify(
      grants.map(({ grantee, privilege, grantable }) => JSON.stringify([grantee, privilege, grantable])).sort(),
    );
  return sorted(a) === sorted(b);
}

function quoteRole(name: string): string {
  return name === '' ? 'public' : quoteIdent(name);
}

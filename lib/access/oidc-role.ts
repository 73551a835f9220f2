import { type Role, roles } from './role.ts';

/** Which values of the role claim stand for which role. */
export type RoleValues = Readonly<Record<Role, readonly string[]>>;

/** The values of the claim that the config names for some role; of all others nothing is kept. */
export function pickRoleValues(
  claims: Readonly<Record<string, unknown>>,
  { roleClaim, roles: values }: { roleClaim: string; roles: RoleValues },
): string[] {
  // Anybody can have an account somewhere that carries somebody else's address, until that has been checked.
  if (roleClaim === 'email' && claims['email_verified'] !== true) return [];
  const named = new Set(Object.values(values).flat());
  return [...new Set(readClaim(claims, roleClaim).filter((value) => named.has(value)))];
}

/** The highest role that one of the values stands for; `null`: none. */
export function roleOfValues(held: readonly string[], values: RoleValues): Role | null {
  return roles.findLast((role) => values[role].some((value) => held.includes(value))) ?? null;
}

/** A claim by its name, or by a path with dots, as Keycloak's `realm_access.roles`; one text or a list of them. */
function readClaim(claims: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : walk(claims, name.split('.'));
  return [value].flat().filter((one) => typeof one === 'string');
}

function walk(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? Reflect.get(at, part) : undefined,
    value,
  );
}

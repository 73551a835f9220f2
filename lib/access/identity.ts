import { RefusedError } from '#lib/errors/refused-error.ts';
import { type Action, leastRoles, may } from './may.ts';
import type { Role } from './role.ts';

/**
 * Who asks. `token`: an API token; `oidc`: a person of the identity provider; `environment`: the one who knows
 * `HOLDFAST_TOKEN`; `setup`: the one who has opened the admin link of a first start.
 */
export interface Identity {
  kind: 'token' | 'oidc' | 'environment' | 'setup';
  /** What tells identities of one kind apart for good: the token's id, the provider's subject. */
  id: string | null;
  /** For people. */
  name: string;
  role: Role;
  /** The connections it is limited to; `null`: all. */
  scope: readonly string[] | null;
}

/** What is about to be done, and to which connections. */
export interface Asked {
  action: Action;
  /**
   * Connections that are read or changed; none where the action is about the service as a whole. `later`: only what is
   * asked for will tell, and the same is asked once more with them.
   */
  connections?: readonly string[] | 'later';
}

/**
 * Lets pass who may. An identity with a scope may do nothing that is about no connection (`[]`, or none given), but for
 * reading a listing, which is then cut to it (`isInScope`). @throws RefusedError (`forbidden`, `out_of_scope`).
 */
export function requireRight(identity: Identity, { action, connections }: Asked): void {
  if (!may(identity.role, action)) {
    throw new RefusedError(`${describeIdentity(identity)} is ${identity.role}, and may not ${inWords(action)}.`, {
      code: 'forbidden',
      hint: `It takes the role ${leastRoles[action]}.`,
    });
  }
  if (identity.scope === null || connections === 'later') return;
  if (connections === undefined && action === 'read') return;
  const outside = (connections ?? []).filter((connection) => !isInScope(identity, [connection]));
  if (outside.length === 0 && connections !== undefined && connections.length > 0) return;
  const what = outside.length > 0 ? outside.join(', ') : 'the service as a whole';
  throw new RefusedError(`${describeIdentity(identity)} is limited to ${identity.scope.join(', ')}, not ${what}.`, {
    code: 'out_of_scope',
    hint: 'Use a token of a wider scope, or ask only for what this one is limited to.',
  });
}

/** Whether all of the connections that are named lie in the identity's scope; `null` stands for none. */
export function isInScope({ scope }: Identity, connections: readonly (string | null)[]): boolean {
  return scope === null || connections.every((connection) => connection === null || scope.includes(connection));
}

/** For messages: `token "ci"`, `alice@example.com`. */
export function describeIdentity({ kind, name }: Identity): string {
  return kind === 'token' ? `token "${name}"` : name;
}

function inWords(action: Action): string {
  return action.replaceAll('-', ' ');
}

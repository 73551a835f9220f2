import { type Identity, isInScope } from '#lib/access/identity.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';

/** The hooks of the connections that somebody may see. */
export function listVisibleHooks({ hooks }: { hooks: ReadonlyMap<string, Hook> }, identity: Identity): Hook[] {
  return [...hooks.values()].filter(({ connection, to }) => isInScope(identity, [connection, to]));
}

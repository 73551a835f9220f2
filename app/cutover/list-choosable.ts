import { type Identity, isInScope } from '#lib/access/identity.ts';
import type { Config } from '#lib/config/config.ts';

/** The connections that somebody may choose, by name. Pure. */
export function listChoosable({ connections }: Pick<Config, 'connections'>, identity: Identity): string[] {
  return [...connections.keys()].filter((name) => isInScope(identity, [name])).sort();
}

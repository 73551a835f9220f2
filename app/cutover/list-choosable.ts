import { type Identity, isInScope } from '#lib/access/identity.ts';
import type { Config } from '#lib/config/config.ts';

/** The connections of the config that somebody may choose, by name; not the servers that drills have started. Pure. */
export function listChoosable({ connections }: Pick<Config, 'connections'>, identity: Identity): string[] {
  return [...connections.keys()].filter((name) => isInScope(identity, [name])).sort();
}

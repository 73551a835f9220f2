import type { Connection } from './config.ts';

/** A connection of which nothing but its URL is known: what an environment variable makes. */
export function bareConnection(name: string, url: string): Connection {
  const nothing = { protected: false, criticalQueries: undefined, excludeSchemas: [], neon: null } as const;
  return { name, url, ...nothing, driver: 'auto', wsProxy: null };
}

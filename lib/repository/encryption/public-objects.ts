import { repositoryInfoKey } from '#lib/repository/repository-info.ts';
import { knownKeyPrefix } from '#lib/repository/repository-keys.ts';

/**
 * What an encrypted repository stores in clear, because it has to be read before or without the key, and holds nothing
 * of a database: the repository's own description, the ids of its keys, and marks that name a run and a kind of thing.
 * Manifests have a seal of their own (lib/manifest). All else is sealed: run records quote errors and proofs, and those
 * quote rows.
 */
export function isPublicObject(key: string): boolean {
  return key === repositoryInfoKey || publicPrefixes.some((prefix) => key.startsWith(prefix));
}

const publicPrefixes = [knownKeyPrefix, 'kept/'];

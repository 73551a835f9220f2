import { repositoryInfoKey } from '#lib/repository/repository-info.ts';
import { knownKeyPrefix } from '#lib/repository/repository-keys.ts';

/**
 * What an encrypted repository stores in clear, because it has to be read before or without the key, and holds nothing
 * of a database: the repository's own description, the ids of its keys, marks that name a run and a kind of thing, and
 * which runs there are and of which connections, so that who has no former key any more still sees what is under way.
 * Manifests have a seal of their own (lib/manifest). All else is sealed: run records quote errors and proofs, and those
 * quote rows.
 */
export function isPublicObject(key: string): boolean {
  return key === repositoryInfoKey || publicKeys.some((pattern) => pattern.test(key));
}

const publicKeys = [new RegExp(`^${knownKeyPrefix}`), /^kept\//, /^runs\/[^/]+\/[^/]+\/(run\.json|children\/[^/]+)$/];

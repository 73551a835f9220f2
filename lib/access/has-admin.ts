import type { Repository } from '#lib/repository/repository.ts';
import { stateOf } from './api-token.ts';
import { listTokens, readToken } from './token-store.ts';

/**
 * Whether some token of the repository may still make others.
 * @throws DamagedError, RefusedError where only one that cannot be read may be it; StorageError.
 */
export async function hasAdmin(repository: Repository, now = Date.now()): Promise<boolean> {
  const { tokens, unreadable } = await listTokens(repository);
  if (tokens.some((token) => token.role === 'admin' && token.scope === null && stateOf(token, now) === 'active')) {
    return true;
  }
  for (const { id } of unreadable) await readToken(repository, id);
  return false;
}

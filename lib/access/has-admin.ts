import type { Repository } from '#lib/repository/repository.ts';
import { stateOf } from './api-token.ts';
import { listTokens } from './token-store.ts';

/** Whether some token of the repository may still make others. @throws DamagedError, StorageError. */
export async function hasAdmin(repository: Repository, now = Date.now()): Promise<boolean> {
  const tokens = await listTokens(repository);
  return tokens.some((token) => token.role === 'admin' && token.scope === null && stateOf(token, now) === 'active');
}

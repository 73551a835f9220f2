import { type ApiToken, stateOf, withoutHash } from '#lib/access/api-token.ts';
import { listTokens } from '#lib/access/token-store.ts';
import { readTokenUse } from '#lib/access/token-use.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** A token as it is shown: its hash is nobody's business. */
export type ShownToken = Omit<ApiToken, 'hash'> & { state: ReturnType<typeof stateOf>; lastUsedAt: string | null };

/** Every token there ever was, newest first, and when it was last used. @throws DamagedError, StorageError. */
export async function listShownTokens(repository: Repository): Promise<ShownToken[]> {
  const now = Date.now();
  return Promise.all(
    (await listTokens(repository)).map(async (token) => ({
      ...withoutHash(token),
      state: stateOf(token, now),
      lastUsedAt: await readTokenUse(repository, token.id),
    })),
  );
}

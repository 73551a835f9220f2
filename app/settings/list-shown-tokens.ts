import { type ApiToken, stateOf, withoutHash } from '#lib/access/api-token.ts';
import { listTokens } from '#lib/access/token-store.ts';
import { readTokenUse } from '#lib/access/token-use.ts';
import type { Unreadable } from '#lib/errors/tell-problem.ts';
import type { Repository } from '#lib/repository/repository.ts';

/** A token as it is shown: its hash is nobody's business. */
export type ShownToken = Omit<ApiToken, 'hash'> & { state: ReturnType<typeof stateOf>; lastUsedAt: string | null };

/**
 * Every token there ever was, newest first, and when it was last used; and those that cannot be read.
 * @throws StorageError, UnavailableError.
 */
export async function listShownTokens(
  repository: Repository,
): Promise<{ tokens: ShownToken[]; unreadable: Unreadable[] }> {
  const now = Date.now();
  const { tokens, unreadable } = await listTokens(repository);
  const shown = tokens.map(async (token) => ({
    ...withoutHash(token),
    state: stateOf(token, now),
    lastUsedAt: await readTokenUse(repository, token.id),
  }));
  return { tokens: await Promise.all(shown), unreadable };
}

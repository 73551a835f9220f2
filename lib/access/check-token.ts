import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type ApiToken, stateOf } from './api-token.ts';
import { isSameText } from './same-text.ts';
import { readToken } from './token-store.ts';
import { hashTokenText, parseTokenText } from './token-text.ts';

/** Finds a token by its id; a cache may stand in for the repository. */
export type FindToken = (id: string) => Promise<ApiToken | undefined>;

/**
 * The token of a text, if it is good at this moment. One answer for an unknown id and a wrong secret.
 * @throws RefusedError (`token_wrong`, `token_expired`, `token_revoked`), DamagedError, StorageError.
 */
export async function checkToken(find: FindToken, text: string, now = Date.now()): Promise<ApiToken> {
  const parsed = parseTokenText(text);
  const found = parsed && (await find(parsed.id));
  // Compared where there is none too: both refusals do the same work.
  const isRight = isSameText(hashTokenText(text), found?.hash ?? '');
  if (found === undefined || !isRight) {
    throw new RefusedError('The token is not one that is known here.', {
      code: 'token_wrong',
      hint: 'Make one with `holdfast token create`, or ask somebody who is admin.',
    });
  }
  return requireActive(found, now);
}

/** @throws RefusedError (`token_expired`, `token_revoked`) where the token is not good any more. */
export function requireActive(token: ApiToken, now = Date.now()): ApiToken {
  const state = stateOf(token, now);
  if (state === 'active') return token;
  throw new RefusedError(`Token "${token.name}" (${token.id}) is ${state}.`, {
    code: `token_${state}`,
    hint: 'Make a new one with `holdfast token create`.',
  });
}

/** Looks into the repository on each call. */
export function findIn(repository: Repository): FindToken {
  return (id) => readToken(repository, id);
}

import { parseDuration } from '#lib/config/parse-duration.ts';
import { tellProblem, type Unreadable } from '#lib/errors/tell-problem.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type ApiToken, apiTokenSchema, type TokenRequest } from './api-token.ts';
import { hashTokenText, isTokenId, mintTokenText } from './token-text.ts';

/**
 * Makes a token. `text` is the secret: it is told this once and kept nowhere.
 * @throws UsageError where `expiresIn` is no duration of at least a minute, StorageError.
 */
export async function createToken(
  repository: Repository,
  { name, role, connections, expiresIn }: TokenRequest,
  { by, now = Date.now() }: { by: string; now?: number },
): Promise<{ token: ApiToken; text: string }> {
  const expiresAt = expiresIn === null ? null : new Date(now + parseLifetime(expiresIn)).toISOString();
  const { id, text } = mintTokenText();
  const token: ApiToken = {
    ...{ id, name, role, scope: connections, hash: hashTokenText(text) },
    ...{ createdAt: new Date(now).toISOString(), createdBy: by, expiresAt, revokedAt: null, revokedBy: null },
  };
  // An id is taken by chance once in 2^60: then its owner must not find another token in its place.
  const outcome = await repository.putJson(tokenKey(id), token, { ifAbsent: true });
  if (outcome === 'exists') throw new Error(`The random token id ${id} is taken.`);
  return { token, text };
}

/** The token of an id, `undefined` where there is none. @throws DamagedError, StorageError. */
export async function readToken(repository: Repository, id: string): Promise<ApiToken | undefined> {
  return isTokenId(id) ? repository.getJson(tokenKey(id), apiTokenSchema) : undefined;
}

/** The same. @throws UsageError (`unknown_token`) where there is none. */
export async function requireToken(repository: Repository, id: string): Promise<ApiToken> {
  const token = await readToken(repository, id);
  if (token !== undefined) return token;
  throw new UsageError(`There is no token ${JSON.stringify(id)}.`, {
    code: 'unknown_token',
    hint: 'See `holdfast token list`; a token’s id is what stands between hf_ and the next _.',
  });
}

/** Every token there ever was, newest first, and those that cannot be read. @throws StorageError, UnavailableError. */
export async function listTokens(repository: Repository): Promise<{ tokens: ApiToken[]; unreadable: Unreadable[] }> {
  const tokens: ApiToken[] = [];
  const unreadable: Unreadable[] = [];
  for await (const { key } of repository.store.list(tokenPrefix)) {
    try {
      const token = await repository.getJson(key, apiTokenSchema);
      if (token !== undefined) tokens.push(token);
    } catch (cause) {
      const id = key.slice(tokenPrefix.length).replace(/\.json$/, '');
      unreadable.push({ id, problem: tellProblem(cause) });
    }
  }
  return { tokens: tokens.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)), unreadable };
}

/**
 * Ends a token for good. Safe to repeat: the first revocation stays.
 * @throws UsageError (`unknown_token`), DamagedError, StorageError.
 */
export async function revokeToken(
  repository: Repository,
  id: string,
  { by, now = Date.now() }: { by: string; now?: number },
): Promise<ApiToken> {
  const token = await requireToken(repository, id);
  if (token.revokedAt !== null) return token;
  const revoked = { ...token, revokedAt: new Date(now).toISOString(), revokedBy: by };
  await repository.putJson(tokenKey(id), revoked);
  return revoked;
}

function parseLifetime(text: string): number {
  const milliseconds = parseDuration(text, 'The time until the token expires');
  if (milliseconds >= 60_000 && milliseconds <= 3_660 * 86_400_000) return milliseconds;
  throw new UsageError(`A token cannot expire after ${text}.`, {
    code: 'bad_expiry',
    hint: 'Give a time from one minute to ten years, for example 90d; or none, and the token lives until it is revoked.',
  });
}

const tokenPrefix = 'access/tokens/';

function tokenKey(id: string): string {
  return `${tokenPrefix}${id}.json`;
}

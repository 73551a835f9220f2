import { type Problem, tellProblem } from '#lib/errors/tell-problem.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type HookToken, hashHookToken, hookTokenSchema, mintHookToken } from './hook-token.ts';

interface Maker {
  by: string;
  now?: number;
}

/**
 * Makes the token of a hook that has none, or one that was revoked. `text` is the secret: it is told this once.
 * @throws UsageError (`hook_has_token`), DamagedError, StorageError.
 */
export async function createHookToken(
  repository: Repository,
  name: string,
  maker: Maker,
): Promise<{ token: HookToken; text: string }> {
  const before = await readHookToken(repository, name);
  if (before !== undefined && before.revokedAt === null) {
    throw new UsageError(`The hook ${name} has a token, which ${before.createdBy} has made.`, {
      code: 'hook_has_token',
      hint: `\`holdfast hook rotate ${name}\` makes another one in its place.`,
    });
  }
  return putHookToken(repository, name, maker);
}

/**
 * Makes a token in the place of the one there is, also of one that is damaged.
 * @throws UsageError (`hook_without_token`), StorageError.
 */
export async function rotateHookToken(
  repository: Repository,
  name: string,
  maker: Maker,
): Promise<{ token: HookToken; text: string }> {
  const { problem } = await lookAtHookToken(repository, name);
  if (problem === null) await requireHookToken(repository, name);
  return putHookToken(repository, name, maker);
}

/** Ends the token of a hook. Safe to repeat. @throws UsageError (`hook_without_token`), DamagedError, StorageError. */
export async function revokeHookToken(
  repository: Repository,
  name: string,
  { by, now = Date.now() }: Maker,
): Promise<HookToken> {
  const token = await requireHookToken(repository, name);
  if (token.revokedAt !== null) return token;
  const revoked = { ...token, revokedAt: new Date(now).toISOString(), revokedBy: by };
  await repository.putJson(tokenKey(name), revoked);
  return revoked;
}

/** The token of a hook, `undefined` where none was made. @throws DamagedError, StorageError. */
export function readHookToken(repository: Repository, name: string): Promise<HookToken | undefined> {
  return repository.getJson(tokenKey(name), hookTokenSchema);
}

/** The token of a hook as lists tell it: one that cannot be read hides no other. @throws StorageError. */
export async function lookAtHookToken(repository: Repository, name: string): Promise<SeenHookToken> {
  try {
    return { token: await readHookToken(repository, name), problem: null };
  } catch (cause) {
    return { token: undefined, problem: tellProblem(cause) };
  }
}

/** A token as a list tells it: there, `undefined` where none was made, or with why it cannot be read. */
export interface SeenHookToken {
  token: HookToken | undefined;
  /** Why it cannot be read. */
  problem: Problem | null;
}

/** The names of every hook that ever had a token, sorted. @throws StorageError. */
export async function listHookTokenNames(repository: Repository): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of repository.store.list(prefix)) {
    names.push(key.slice(prefix.length).replace(/\.json$/, ''));
  }
  return names.sort();
}

async function putHookToken(
  repository: Repository,
  name: string,
  { by, now = Date.now() }: Maker,
): Promise<{ token: HookToken; text: string }> {
  const text = mintHookToken();
  const made = { name, hash: hashHookToken(text), createdAt: new Date(now).toISOString(), createdBy: by };
  const token: HookToken = { ...made, revokedAt: null, revokedBy: null };
  await repository.putJson(tokenKey(name), token);
  return { token, text };
}

async function requireHookToken(repository: Repository, name: string): Promise<HookToken> {
  const token = await readHookToken(repository, name);
  if (token !== undefined) return token;
  throw new UsageError(`The hook ${JSON.stringify(name)} has no token.`, {
    code: 'hook_without_token',
    hint: `\`holdfast hook create ${name}\` makes one.`,
  });
}

const prefix = 'access/hooks/';

function tokenKey(name: string): string {
  return `${prefix}${name}.json`;
}

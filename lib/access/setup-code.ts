import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { isSameText } from './same-text.ts';

const setupSchema = z.strictObject({
  hash: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});

const setupKey = 'access/setup.json';
const lifetimeMs = 3_600_000;

/** Makes the code of a one-time admin link, good for an hour; the one before it is good no more. @throws StorageError. */
export async function createSetupCode(repository: Repository, now = Date.now()): Promise<string> {
  const code = randomBytes(32).toString('base64url');
  await repository.putJson(setupKey, {
    hash: hashOf(code),
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + lifetimeMs).toISOString(),
  });
  return code;
}

/**
 * Uses the code up: of several who have it, one is let in. Answers the code's hash, which names the setup.
 * @throws RefusedError (`setup_code_wrong`), DamagedError, StorageError.
 */
export async function redeemSetupCode(repository: Repository, code: string, now = Date.now()): Promise<string> {
  const setup = await repository.getJson(setupKey, setupSchema);
  const hash = hashOf(code);
  const isRight = isSameText(hash, setup?.hash ?? '');
  if (setup === undefined || !isRight || Date.parse(setup.expiresAt) <= now) throw wrongSetupCode();
  const used = await repository.putJson(usedKey(hash), { at: new Date(now).toISOString() }, { ifAbsent: true });
  if (used === 'exists') throw wrongSetupCode();
  return hash;
}

/** Whether this is still the newest setup: a session that began with an older one has ended. */
export async function isLatestSetup(repository: Repository, hash: string): Promise<boolean> {
  const setup = await repository.getJson(setupKey, setupSchema);
  return setup !== undefined && isSameText(setup.hash, hash);
}

/** One answer for all that can be wrong with it. */
export function wrongSetupCode(): RefusedError {
  return new RefusedError('This admin link is not good: it was used, has expired, or somebody else is admin by now.', {
    code: 'setup_code_wrong',
    hint: 'Restart the server: as long as nobody is admin it prints a new one.',
  });
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

function usedKey(hash: string): string {
  return `access/setup-used/${hash}.json`;
}

import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '#lib/config/environment.ts';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { makeDurableFolder } from '#lib/repository/durable-file.ts';

/** What iron-session asks for. */
const leastLength = 32;

/**
 * The secret that seals sessions: `HOLDFAST_SESSION_SECRET`, else a random one that is kept in the state folder.
 * @throws UsageError where the variable is too short; UnavailableError (`session_secret_missing`) on Vercel, whose disk
 * does not last; StorageError.
 */
export async function readSessionSecret(environment: Environment, stateFolder: string): Promise<string> {
  const given = environment['HOLDFAST_SESSION_SECRET'] ?? '';
  if (given.length >= leastLength) return given;
  if (given !== '') {
    throw new UsageError(`HOLDFAST_SESSION_SECRET has ${given.length} characters, it needs ${leastLength}.`, {
      code: 'session_secret_short',
      hint: 'Make one with `openssl rand -hex 32`.',
    });
  }
  if ((environment['VERCEL'] ?? '') !== '') {
    throw new UnavailableError('Nobody can sign in: HOLDFAST_SESSION_SECRET is not set, and no disk here lasts.', {
      code: 'session_secret_missing',
      hint: 'Set HOLDFAST_SESSION_SECRET to a long random text (`openssl rand -hex 32`); tokens work without it.',
    });
  }
  try {
    return await readOrMake(stateFolder);
  } catch (cause) {
    throw new StorageError(`The session secret cannot be kept in ${stateFolder}: ${describe(cause)}`, {
      code: 'session_secret_not_kept',
      hint: 'Let the service write its state folder, or set HOLDFAST_SESSION_SECRET.',
      cause,
    });
  }
}

async function readOrMake(folder: string): Promise<string> {
  const path = join(folder, 'session-secret');
  const kept = await readKept(path);
  if (kept !== undefined) return kept;
  await makeDurableFolder(folder);
  const temp = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temp, 'wx', 0o600);
    try {
      await file.writeFile(randomBytes(48).toString('base64url'));
      await file.sync();
    } finally {
      await file.close();
    }
    // link(2) and not rename: of two processes that start at once, both take the secret of the first.
    await link(temp, path).catch((error: unknown) => {
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(temp, { force: true });
  }
  const made = await readKept(path);
  if (made === undefined) throw new Error(`${path} is gone again.`);
  return made;
}

async function readKept(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text.length < leastLength) throw new Error(`${path} is too short; remove it, and a new one is made.`);
    return text;
  } catch (error) {
    // None was made yet.
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { toOutputError } from './output-error.ts';

/** What was written. */
export interface Written {
  bytes: number;
  sha256: string;
}

/** Counts and hashes what passes. */
export async function* measure(
  source: AsyncIterable<Uint8Array>,
  told: { done?: Written },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of source) {
    hash.update(part);
    bytes += part.byteLength;
    yield part;
  }
  told.done = { bytes, sha256: hash.digest('hex') };
}

/**
 * Writes a file: under another name beside it first, and on the disk before it gets its own. On any error nothing is
 * left of it, and what was there before stays.
 * @throws UsageError where it exists and `overwrite` is not given, StorageError where it cannot be written.
 */
export async function writeFileFrom(
  path: string,
  source: AsyncIterable<Uint8Array>,
  { overwrite }: { overwrite: boolean },
): Promise<Written> {
  await requireAbsent(path, { overwrite });
  const half = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(4).toString('hex')}.part`);
  const told: { done?: Written } = {};
  try {
    const file = await open(half, 'wx');
    try {
      for await (const part of measure(source, told)) await file.writeFile(part);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(half, path);
  } catch (cause) {
    await rm(half, { force: true });
    throw toOutputError(cause, path);
  }
  return told.done ?? { bytes: 0, sha256: '' };
}

/** Writes to a stream that stays open, for example standard output. @throws StorageError where its reader is gone. */
export async function writeStreamFrom(stream: Writable, source: AsyncIterable<Uint8Array>): Promise<Written> {
  const told: { done?: Written } = {};
  // The write's callback tells the error; without a listener it would end the process as well.
  stream.on('error', () => undefined);
  try {
    for await (const part of measure(source, told)) {
      await new Promise<void>((written, failed) => {
        stream.write(part, (error) => (error ? failed(error) : written()));
      });
    }
  } catch (cause) {
    throw toOutputError(cause, 'to standard output');
  }
  return told.done ?? { bytes: 0, sha256: '' };
}

/** @throws UsageError where there is something at the path already, and it is not to be replaced or is a folder. */
export async function requireAbsent(path: string, { overwrite }: { overwrite: boolean }): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw toOutputError(cause, path);
  });
  if (found === undefined || (overwrite && !found.isDirectory())) return;
  throw new UsageError(`${path} exists already${found.isDirectory() ? ' and is a folder' : ''}.`, {
    code: 'output_exists',
    hint: found.isDirectory() ? 'Name a file with -o.' : 'Name another file with -o, or replace it with --overwrite.',
  });
}

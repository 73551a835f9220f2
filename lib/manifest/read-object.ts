import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';

const decompress = promisify(zstdDecompress);

/**
 * Reads a zstd-compressed JSON object that a manifest names.
 * @throws DamagedError that names it where it is missing, changed, or does not parse.
 */
export async function readObject<T>(
  repository: Repository,
  ref: { name: string; stored: number },
  { object, schema }: { object: string; schema: z.ZodType<T> },
): Promise<T> {
  const stored = await repository.getChunk(ref.name, { object, size: ref.stored });
  try {
    const text = (await decompress(stored)).toString('utf8');
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DamagedError(`The ${object} (${ref.name}) does not parse.`, {
      code: 'object_unreadable',
      hint: 'Restore from another backup.',
      cause,
    });
  }
}

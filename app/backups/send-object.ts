import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { Repository } from '#lib/repository/repository.ts';

const pieceBytes = 4 * 1024 * 1024;

/** Writes an object of the repository to a stream, piece by piece. @throws DamagedError where it is not of its size. */
export async function sendObject(
  repository: Repository,
  { key, size }: { key: string; size: number },
  { stream, signal }: { stream: Writable; signal: AbortSignal },
): Promise<void> {
  for (let from = 0; from < size; from += pieceBytes) {
    signal.throwIfAborted();
    const to = Math.min(size, from + pieceBytes) - 1;
    const piece = await repository.getBytes(key, [from, to]);
    if (piece?.length !== to - from + 1) {
      throw new DamagedError(`${key} in ${repository.location} is missing, or shorter than it was written.`, {
        code: 'object_truncated',
        hint: 'Export the backup in this format anew.',
      });
    }
    if (!stream.write(piece)) await once(stream, 'drain', { signal });
  }
}

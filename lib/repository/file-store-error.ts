import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** errno(3) names that pass by themselves: another attempt with nothing changed can succeed. */
const transient = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'ETIMEDOUT', 'ESTALE', 'EINTR']);

const hints: Record<string, { code: string; says: string; hint: string }> = {
  EACCES: {
    code: 'storage_denied',
    says: 'permission denied',
    hint: 'Give the user that runs Holdfast read and write permission on the repository folder.',
  },
  EPERM: {
    code: 'storage_denied',
    says: 'operation not permitted',
    hint: 'Give the user that runs Holdfast read and write permission on the repository folder.',
  },
  EROFS: {
    code: 'storage_read_only',
    says: 'the file system is mounted read-only',
    hint: 'Mount it for writing or choose another repository.',
  },
  ENOTDIR: {
    code: 'storage_not_a_folder',
    says: 'a part of the path is a file, not a folder',
    hint: 'Name a folder as the repository.',
  },
  EEXIST: {
    code: 'storage_not_a_folder',
    says: 'a part of the path is a file, not a folder',
    hint: 'Name a folder as the repository.',
  },
  EIO: {
    code: 'storage_input_output',
    says: 'the disk reported an input/output error',
    hint: 'Check the disk and its file system; store the repository elsewhere until it is replaced.',
  },
};

/**
 * What a failed system call of the file driver means to a person: StorageError, or UnavailableError where it passes by
 * itself. `doing` is a verb with its object, as in `write chunks/ab/abcd`. Errors of our own pass unchanged.
 */
export async function toFileStoreError(error: unknown, context: { root: string; doing: string }): Promise<Error> {
  if (error instanceof HoldfastError) return error;
  const errno = errnoOf(error);
  const cannot = `Cannot ${context.doing} in file:${context.root}`;
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    const reason = errno === 'EDQUOT' ? 'the disk quota is used up' : 'the disk is full';
    const free = await readFreeSpace(context.root);
    return new StorageError(`${cannot}: ${reason}${free === undefined ? '' : ` (${free} free)`}`, {
      code: 'storage_full',
      hint: `Free space on the file system that holds ${context.root}, or choose another repository, and run it again.`,
      cause: error,
    });
  }
  if (errno !== undefined && transient.has(errno)) {
    return new UnavailableError(`${cannot}: ${errno}`, {
      code: 'storage_busy',
      hint: 'The file system is busy or out of handles for now; try again.',
      cause: error,
    });
  }
  const known = errno === undefined ? undefined : hints[errno];
  return new StorageError(`${cannot}: ${known?.says ?? (error instanceof Error ? error.message : String(error))}`, {
    code: known?.code ?? 'storage_failed',
    hint: known?.hint ?? 'Check that the repository folder exists and can be read and written.',
    cause: error,
  });
}

/** Free bytes for an unprivileged user around `path`, for people; the nearest existing parent answers for it. */
async function readFreeSpace(path: string): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return prettyBytes(bavail * bsize);
  } catch (error) {
    // The folder may not exist yet; anything else only costs the message its figure.
    return errnoOf(error) === 'ENOENT' && dirname(path) !== path ? readFreeSpace(dirname(path)) : undefined;
  }
}

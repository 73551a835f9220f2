import { errnoOf } from '#lib/errors/errno-of.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';

const says: Record<string, { code: string; says: string; hint: string }> = {
  ENOSPC: { code: 'output_full', says: 'the disk is full', hint: 'Free space, or name another place with -o.' },
  EDQUOT: {
    code: 'output_full',
    says: 'the disk quota is used up',
    hint: 'Free space, or name another place with -o.',
  },
  EACCES: { code: 'output_denied', says: 'permission denied', hint: 'Name a place with -o that you may write to.' },
  EPERM: {
    code: 'output_denied',
    says: 'operation not permitted',
    hint: 'Name a place with -o that you may write to.',
  },
  EROFS: { code: 'output_denied', says: 'the file system is read-only', hint: 'Name another place with -o.' },
  ENOENT: {
    code: 'output_no_folder',
    says: 'there is no such folder',
    hint: 'Make the folder first, or name another.',
  },
  ENOTDIR: { code: 'output_no_folder', says: 'a part of the path is a file', hint: 'Name another place with -o.' },
  EFBIG: { code: 'output_full', says: 'the file would be too large there', hint: 'Name another place with -o.' },
  EPIPE: {
    code: 'output_closed',
    says: 'the program that read it has ended',
    hint: 'Look at what it said; what it has received is not the whole export.',
  },
};

/** What a failed write of an export means to a person; errors of our own pass unchanged. */
export function toOutputError(cause: unknown, place: string): Error {
  if (cause instanceof HoldfastError) return cause;
  const known = says[errnoOf(cause) ?? ''];
  const reason = known?.says ?? (cause instanceof Error ? cause.message : String(cause));
  return new StorageError(`Cannot write ${place}: ${reason}.`, {
    code: known?.code ?? 'output_failed',
    hint: known?.hint ?? 'Nothing is left of it; try again or name another place with -o.',
    cause,
  });
}

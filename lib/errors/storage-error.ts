import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** The repository cannot be read or written: no right, no space, no such bucket. */
export class StorageError extends HoldfastError {
  override readonly name = 'StorageError';
  override readonly exitCode = exitCodes.unexpected;
}

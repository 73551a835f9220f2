import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** Stored data is missing, truncated or changed; the message names the object. */
export class DamagedError extends HoldfastError {
  override readonly name = 'DamagedError';
  override readonly exitCode = exitCodes.damaged;
}

import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** Something outside is out of reach for now: a dropped connection, a throttled store, a lock held by another session. */
export class UnavailableError extends HoldfastError {
  override readonly name = 'UnavailableError';
  override readonly exitCode = exitCodes.unexpected;
  override readonly retryable = true;
}

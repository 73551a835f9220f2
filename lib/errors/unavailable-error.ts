import { exitCodes, HoldfastError, type HoldfastErrorOptions } from './holdfast-error.ts';

/** Something outside is out of reach for now: a dropped connection, a throttled store, a lock held by another session. */
export class UnavailableError extends HoldfastError {
  override readonly name = 'UnavailableError';
  override readonly exitCode = exitCodes.unexpected;
  override readonly retryable = true;
  /** How long the other side asks to be left alone; `undefined` where it says nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: HoldfastErrorOptions & { retryAfterMs?: number | undefined }) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

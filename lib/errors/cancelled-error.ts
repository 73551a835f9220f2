import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** A person or an event ended the run. */
export class CancelledError extends HoldfastError {
  override readonly name = 'CancelledError';
  override readonly exitCode = exitCodes.cancelled;
}

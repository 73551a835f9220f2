import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** Undoing a failed run failed too; the message says what state is left and what a person should run. */
export class RollbackFailedError extends HoldfastError {
  override readonly name = 'RollbackFailedError';
  override readonly exitCode = exitCodes.rollbackFailed;
}

import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** A preflight or a guard said no before anything was changed. */
export class RefusedError extends HoldfastError {
  override readonly name = 'RefusedError';
  override readonly exitCode = exitCodes.refused;
}

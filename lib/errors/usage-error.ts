import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** The request itself is wrong: an unknown name, a config or an argument that does not parse. */
export class UsageError extends HoldfastError {
  override readonly name = 'UsageError';
  override readonly exitCode = exitCodes.usage;
}

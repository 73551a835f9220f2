import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** PostgreSQL refused a statement for a reason another attempt does not change. */
export class DatabaseError extends HoldfastError {
  override readonly name = 'DatabaseError';
  override readonly exitCode = exitCodes.unexpected;
}

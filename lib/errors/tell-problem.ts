import { DamagedError } from './damaged-error.ts';
import type { HoldfastError } from './holdfast-error.ts';
import { RefusedError } from './refused-error.ts';

/** Why something cannot be read, in the words of its error. */
export type Problem = Pick<HoldfastError, 'name' | 'code' | 'message' | 'hint'>;

/** Something of a list that cannot be read. */
export interface Unreadable {
  id: string;
  problem: Problem;
}

/**
 * Why one record of a list cannot be read: it is damaged, or sealed under a key that is not given. It is told and not
 * thrown, as it must not hide the others. @throws what is about more than this record.
 */
export function tellProblem(cause: unknown): Problem {
  if (!(cause instanceof DamagedError || cause instanceof RefusedError)) throw cause;
  const { name, code, message, hint } = cause;
  return { name, code, message, hint };
}

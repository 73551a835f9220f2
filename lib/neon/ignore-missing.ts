import { RefusedError } from '#lib/errors/refused-error.ts';

/** For deletions: what is not there (404) is as good as deleted. Any other error is thrown again. */
export function ignoreMissing(cause: unknown): undefined {
  if (cause instanceof RefusedError && cause.code === 'neon_not_found') return undefined;
  throw cause;
}

import type { RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Whether a limiter has said that it is enough. By its shape: a limiter of the whole process may have been made by
 * another bundle than the one that asks it, and its class is another one there.
 */
export function isRateLimit(cause: unknown): cause is RateLimiterRes {
  return typeof cause === 'object' && cause !== null && !(cause instanceof Error) && 'msBeforeNext' in cause;
}

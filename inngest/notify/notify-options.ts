import type { InngestFunction } from 'inngest';

/** Ten more attempts outlast ten minutes of a receiver's outage; then the letter waits for the next look. */
export const notifyOptions = {
  retries: 10,
  timeouts: { finish: '1d' },
  idempotency: 'event.id',
} as const satisfies Partial<InngestFunction.Options>;

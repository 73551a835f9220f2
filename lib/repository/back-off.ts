import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits before attempt `attempt` (2, 3, ...): a random time up to 100 ms, doubled with each attempt, at most 20 s.
 * Full jitter, as in https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export async function backOff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(20_000, 100 * 2 ** (attempt - 2)));
}

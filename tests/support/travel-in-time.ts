import { vi } from 'vitest';

/** Runs `use` at another time of day, which goes on from there; timers stay as they are. */
export async function travelInTime<T>(to: number, use: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: to });
  const begun = performance.now();
  const clock = setInterval(() => vi.setSystemTime(to + performance.now() - begun), 5);
  try {
    return await use();
  } finally {
    clearInterval(clock);
    vi.useRealTimers();
  }
}

import { vi } from 'vitest';

/**
 * Runs `use` at another time of day, which goes on from there; timers stay as they are. `jump` goes to yet another time:
 * who waits for a time by a timer has to be woken.
 */
export async function travelInTime<T>(to: number, use: (jump: (to: number) => void) => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: to });
  let [from, begun] = [to, performance.now()];
  const show = (): void => void vi.setSystemTime(from + performance.now() - begun);
  const clock = setInterval(show, 5);
  try {
    return await use((there) => {
      [from, begun] = [there, performance.now()];
      show();
    });
  } finally {
    clearInterval(clock);
    vi.useRealTimers();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Asks `look` until it has found something. @throws where that takes longer than a minute and a half. */
export async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 90_000; ; await sleep(50)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error('It did not come to pass in time.');
  }
}

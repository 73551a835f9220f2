import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#lib/config/config.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { type Served, watchServedDatabase } from './served-database.ts';

const pauseMs = 20;
/** How long the endpoint may take to serve the other database after Neon has called the restore finished. */
const patienceMs = 60_000;

/**
 * Runs `change` while asking which database is served, until it is the one with the oid. Answers with the longest time
 * between two answers, in milliseconds.
 * @throws what `change` throws; UnavailableError where the other database is not served in time.
 */
export async function measureInterruption(
  target: Connection,
  { oid, change }: { oid: string; change: () => Promise<void> },
): Promise<number> {
  await using database = watchServedDatabase(target);
  let served: Served = await database.ask();
  let answeredAt = performance.now();
  let longest = 0;
  const state = { failed: false, until: Number.POSITIVE_INFINITY };
  const changing = change().then(
    () => {
      state.until = performance.now() + patienceMs;
    },
    (cause: unknown) => {
      state.failed = true;
      throw cause;
    },
  );
  // Heard of at once, as it may fail while nobody waits for it; thrown below.
  changing.catch(() => undefined);
  while (served.oid !== oid && !state.failed && performance.now() < state.until) {
    await sleep(pauseMs);
    served = await database.ask();
    if (served.oid === undefined) continue;
    longest = Math.max(longest, performance.now() - answeredAt);
    answeredAt = performance.now();
  }
  await changing;
  if (served.oid === oid) return Math.ceil(longest);
  const found = served.oid === undefined ? served.error.message : 'the former database is still served';
  throw new UnavailableError(`Neon has restored the branch of connection ${target.name}, but: ${found}`, {
    code: 'neon_not_served',
    hint: 'The run looks again; the compute of the branch can be restarted in the Neon Console.',
  });
}

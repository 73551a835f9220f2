import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { doomedDeadMs, listDoomedLists, readDoomedNames } from './doomed-list.ts';

const firstPollMs = 5;
const longestPollMs = 1_000;

/**
 * Waits until nobody is deleting one of the objects. `announcedAt` is when the caller announced that it needs them, by
 * the store's clock: lists that are much older were left by killed deleters.
 * @throws UnavailableError where that takes longer than `patienceMs`.
 */
export async function awaitDeletions(
  repository: Repository,
  { names, announcedAt, patienceMs }: { names: ReadonlySet<string>; announcedAt: Date; patienceMs: number },
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, longestPollMs)) {
    const inTheWay = await findDeletion(repository, { names, announcedAt });
    if (inTheWay === undefined) return;
    if (Date.now() > deadline) {
      throw new UnavailableError(`${inTheWay} in ${repository.location} names chunks that this backup needs.`, {
        code: 'sweep_in_progress',
        hint: 'A prune is deleting, or was killed while it did: then its list counts for no longer than 20 minutes.',
        retryAfterMs: doomedDeadMs / 5,
      });
    }
    await sleep(pollMs);
  }
}

async function findDeletion(
  repository: Repository,
  { names, announcedAt }: { names: ReadonlySet<string>; announcedAt: Date },
): Promise<string | undefined> {
  for (const { key, modified } of await listDoomedLists(repository)) {
    if (announcedAt.getTime() - modified.getTime() > doomedDeadMs) continue;
    if ((await readDoomedNames(repository, key)).some((name) => names.has(name))) return key;
  }
  return undefined;
}

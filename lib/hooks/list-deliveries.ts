import type { Repository } from '#lib/repository/repository.ts';
import { type Delivery, type DeliveryName, deliveriesPrefix, rememberedMs } from './delivery.ts';

/** A moment of the year 2286: what is left until then sorts the newest first. */
const endMs = 9_999_999_999_999;
const entry = /\/newest\/(\d{13})-([0-9a-f]+)\.json$/;

/** What was sent to a hook, and when. */
export type ListedDelivery = DeliveryName & Pick<Delivery, 'at'>;

/**
 * Notes a new delivery for `listDeliveries`: `hooks/<name>/newest/<milliseconds left>-<delivery>.json`. Marks are named by what
 * was sent, so that their keys tell no time. @throws StorageError.
 */
export async function noteRecent(repository: Repository, { hook, id, at }: ListedDelivery): Promise<void> {
  const left = String(endMs - Date.parse(at)).padStart(13, '0');
  await repository.putJson(`${deliveriesPrefix(hook)}newest/${left}-${id}.json`, { at });
}

/** The newest deliveries of a hook, newest first: one listing, however many there were. @throws StorageError. */
export async function listDeliveries(
  repository: Repository,
  { hook, limit }: { hook: string; limit: number },
): Promise<ListedDelivery[]> {
  const newest: ListedDelivery[] = [];
  for await (const { key } of repository.store.list(`${deliveriesPrefix(hook)}newest/`)) {
    const [, left, id] = entry.exec(key) ?? [];
    if (left === undefined || id === undefined) continue;
    newest.push({ hook, id, at: new Date(endMs - Number(left)).toISOString() });
    if (newest.length === limit) break;
  }
  return newest;
}

/** The keys of deliveries that are forgotten. `now` in epoch milliseconds, by the store's clock. */
export async function listOldDeliveries(repository: Repository, now: number): Promise<string[]> {
  const old: string[] = [];
  for await (const { key, modified } of repository.store.list(deliveriesPrefix())) {
    if (now - modified.getTime() > rememberedMs) old.push(key);
  }
  return old;
}

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isSameText } from '#lib/access/same-text.ts';
import type { ObjectInfo } from '#lib/repository/object-store.ts';
import type { Repository } from '#lib/repository/repository.ts';

const prefix = 'hooks/';

/**
 * `hooks/<name>/<delivery>.json`: that a hook was opened, once for each delivery however often it comes. `claimed`: what
 * it starts is being handed over, or who did it has died; `failed`: it was not taken. Both may be tried again. `ignored`:
 * a webhook that starts nothing. `ticket` lets who has it see the outcome, and nothing else.
 */
const deliverySchema = z.strictObject({
  id: z.string(),
  hook: z.string(),
  /** The id of the event, then those that Inngest has given it. */
  events: z.array(z.string()).min(1),
  /** The time of the event. */
  at: z.iso.datetime(),
  state: z.enum(['claimed', 'sent', 'failed', 'ignored']),
  /** When the event was taken: later than `at` where the first attempt was not. */
  sentAt: z.iso.datetime().nullable().default(null),
  ticket: z.string(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/**
 * How long a delivery is remembered. A webhook that could come again after it must be late by then (`read-github.ts`);
 * an `Idempotency-Key` is good for as long.
 */
export const rememberedMs = 30 * 24 * 3_600_000;

/**
 * Claims a delivery, so that of several alike one is the first; `isFirst` is false where it has been claimed, and the
 * delivery is the one there is. `id` is hexadecimal. @throws DamagedError, StorageError.
 */
export async function claimDelivery(
  repository: Repository,
  { hook, id, state = 'claimed', now = Date.now() }: Pick<Delivery, 'hook' | 'id'> & NewDelivery,
): Promise<{ delivery: Delivery; isFirst: boolean }> {
  const delivery: Delivery = {
    ...{ id, hook, events: [`hook.${hook}.${id}`], at: new Date(now).toISOString(), state, sentAt: null },
    ticket: `${id}.${randomBytes(32).toString('base64url')}`,
  };
  const outcome = await repository.putJson(deliveryKey({ hook, id }), delivery, { ifAbsent: true });
  if (outcome === 'created') return { delivery, isFirst: true };
  return { delivery: (await readDelivery(repository, { hook, id })) ?? delivery, isFirst: false };
}

interface NewDelivery {
  state?: 'claimed' | 'ignored';
  now?: number;
}

/** Writes down that the event of a delivery was taken, under which ids, and answers it so. Safe to repeat. */
export async function settleSent(
  repository: Repository,
  delivery: Delivery,
  { ids = [], now = Date.now() }: { ids?: readonly string[]; now?: number } = {},
): Promise<Delivery> {
  // Of two attempts at once Inngest knows the event by the id of one of them.
  const earlier = await readDelivery(repository, delivery);
  const events = [...new Set([...delivery.events, ...(earlier?.events ?? []), ...ids])];
  const sent: Delivery = { ...delivery, events, state: 'sent', sentAt: earlier?.sentAt ?? new Date(now).toISOString() };
  await repository.putJson(deliveryKey(delivery), sent);
  return sent;
}

/** Writes down that the event of a delivery was not taken, where no other attempt has had it taken meanwhile. */
export async function settleFailed(repository: Repository, delivery: Delivery): Promise<void> {
  const current = (await readDelivery(repository, delivery)) ?? delivery;
  if (current.state === 'sent') return;
  await repository.putJson(deliveryKey(delivery), { ...current, state: 'failed' });
}

/** The delivery that a ticket is of, `undefined` for a text that is none. @throws DamagedError, StorageError. */
export async function findByTicket(
  repository: Repository,
  { hook, ticket }: { hook: string; ticket: string },
): Promise<Delivery | undefined> {
  const id = idOfTicket(ticket);
  const delivery = id === undefined ? undefined : await readDelivery(repository, { hook, id });
  const isRight = isSameText(ticket, delivery?.ticket ?? '');
  return isRight ? delivery : undefined;
}

/** The delivery that a ticket says it is of; `undefined` for what cannot be a ticket. */
export function idOfTicket(ticket: string): string | undefined {
  return /^([0-9a-f]{32,64})\.[\w-]{43}$/.exec(ticket)?.[1];
}

/** A delivery as it stands now. @throws DamagedError, StorageError. */
export function readDelivery(
  repository: Repository,
  delivery: Pick<Delivery, 'hook' | 'id'>,
): Promise<Delivery | undefined> {
  return repository.getJson(deliveryKey(delivery), deliverySchema);
}

/** The newest deliveries of a hook, newest first. @throws DamagedError, StorageError. */
export async function listDeliveries(
  repository: Repository,
  { hook, limit }: { hook: string; limit: number },
): Promise<Delivery[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of repository.store.list(`${prefix}${hook}/`)) infos.push(info);
  // An object is written once more when its event was taken: moments after it was made.
  const newest = infos.sort((a, b) => b.modified.getTime() - a.modified.getTime()).slice(0, limit);
  const found = await Promise.all(newest.map(({ key }) => repository.getJson(key, deliverySchema)));
  return found.filter((one) => one !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** The keys of deliveries that are forgotten. `now` in epoch milliseconds, by the store's clock. */
export async function listOldDeliveries(repository: Repository, now: number): Promise<string[]> {
  const old: string[] = [];
  for await (const { key, modified } of repository.store.list(prefix)) {
    if (now - modified.getTime() > rememberedMs) old.push(key);
  }
  return old;
}

function deliveryKey({ hook, id }: Pick<Delivery, 'hook' | 'id'>): string {
  return `${prefix}${hook}/${id}.json`;
}

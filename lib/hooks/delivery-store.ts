import { randomBytes } from 'node:crypto';
import { isSameText } from '#lib/access/same-text.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { type Delivery, type DeliveryName, deliveryKey, deliverySchema, factKey, factSchema } from './delivery.ts';
import { noteRecent } from './list-deliveries.ts';

/**
 * Claims a delivery, so that of several alike one is the first; `isFirst` is false where it has been claimed, and the
 * delivery is the one there is. @throws DamagedError, StorageError.
 */
export async function claimDelivery(
  repository: Repository,
  { hook, id, state = 'claimed', now = Date.now() }: DeliveryName & NewDelivery,
): Promise<{ delivery: Delivery; isFirst: boolean }> {
  const delivery: Delivery = {
    ...{ id, hook, events: [`hook.${hook}.${id}`], at: new Date(now).toISOString(), state, sentAt: null },
    ticket: `${id}.${randomBytes(32).toString('base64url')}`,
  };
  const outcome = await repository.putJson(deliveryKey({ hook, id }), delivery, { ifAbsent: true });
  if (outcome !== 'created') {
    return { delivery: (await readDelivery(repository, { hook, id })) ?? delivery, isFirst: false };
  }
  // Behind the claim: one that was caught and comes again leaves nothing behind.
  await noteRecent(repository, delivery);
  return { delivery, isFirst: true };
}

interface NewDelivery {
  state?: 'claimed' | 'ignored';
  now?: number;
}

/**
 * A delivery that was not handed over, with an event of this moment: what runs by the old one would begin on a day that
 * nobody looks at any more. Of several at once all answer the same one. @throws DamagedError, StorageError.
 */
export async function renewDelivery(repository: Repository, delivery: Delivery, now = Date.now()): Promise<Delivery> {
  await repository.putJson(factKey(delivery, 'renewed'), { at: new Date(now).toISOString() }, { ifAbsent: true });
  return withFacts(repository, { ...delivery, state: 'claimed' });
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

/** Writes down that the event of a delivery was not taken: it counts until another attempt has had it taken. Safe to repeat. */
export async function settleFailed(repository: Repository, delivery: Delivery, now = Date.now()): Promise<void> {
  await repository.putJson(factKey(delivery, 'failed'), { at: new Date(now).toISOString() });
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
export async function readDelivery(repository: Repository, name: DeliveryName): Promise<Delivery | undefined> {
  const stored = await repository.getJson(deliveryKey(name), deliverySchema);
  return stored?.state === 'claimed' ? withFacts(repository, stored) : stored;
}

/** With what was noted beside it: that its event was made anew, each time, and that the last one was not taken. */
async function withFacts(repository: Repository, delivery: Delivery): Promise<Delivery> {
  const [renewed, failed] = await Promise.all([
    repository.getJson(factKey(delivery, 'renewed'), factSchema),
    repository.getJson(factKey(delivery, 'failed'), factSchema),
  ]);
  if (renewed !== undefined) return withFacts(repository, withEventOf(delivery, renewed.at));
  return failed === undefined ? delivery : { ...delivery, state: 'failed' };
}

/** The ids of the former events stay, behind the new one: a run that one of them has started is found by them. */
function withEventOf(delivery: Delivery, at: string): Delivery {
  const { hook, id, events } = delivery;
  return { ...delivery, at, events: [`hook.${hook}.${id}.${Date.parse(at)}`, ...events] };
}

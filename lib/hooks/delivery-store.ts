import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isSameText } from '#lib/access/same-text.ts';
import type { Repository } from '#lib/repository/repository.ts';

/**
 * `hooks/<name>/<delivery>.json`: that a hook was opened, once for each delivery however often it comes. `failed`: what
 * it starts could not be handed over, and the next attempt may try. `ticket` lets who has it see the outcome, and nothing else.
 */
const deliverySchema = z.strictObject({
  id: z.string(),
  hook: z.string(),
  /** The id of the event, then those that Inngest has given it. */
  events: z.array(z.string()).min(1),
  /** The time of the event. */
  at: z.iso.datetime(),
  state: z.enum(['claimed', 'sent', 'failed']),
  ticket: z.string(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** A delivery that was claimed and not sent for so long was claimed by a process that has died. */
const claimMs = 60_000;

/**
 * Claims a delivery, so that of several alike one starts something. `first` is false where it has been claimed.
 * `id` is hexadecimal. @throws DamagedError, StorageError.
 */
export async function claimDelivery(
  repository: Repository,
  { hook, id, now = Date.now() }: { hook: string; id: string; now?: number },
): Promise<{ delivery: Delivery; first: boolean }> {
  const delivery: Delivery = {
    ...{ id, hook, events: [`hook.${hook}.${id}`], at: new Date(now).toISOString(), state: 'claimed' },
    ticket: `${id}.${randomBytes(32).toString('base64url')}`,
  };
  const outcome = await repository.putJson(deliveryKey(hook, id), delivery, { ifAbsent: true });
  const found = outcome === 'created' ? delivery : ((await readDelivery(repository, { hook, id })) ?? delivery);
  const isAbandoned = found.state === 'claimed' && now - Date.parse(found.at) > claimMs;
  // Sent twice it is still one event: it has the same id.
  return { delivery: found, first: outcome === 'created' || isAbandoned || found.state === 'failed' };
}

/** Writes down what became of a claimed delivery. Safe to repeat. */
export async function settleDelivery(
  repository: Repository,
  delivery: Delivery,
  settled: { state: 'sent' | 'failed'; ids?: readonly string[] },
): Promise<void> {
  const events = [...new Set([...delivery.events, ...(settled.ids ?? [])])];
  await repository.putJson(deliveryKey(delivery.hook, delivery.id), { ...delivery, events, state: settled.state });
}

/** The delivery that a ticket is of, `undefined` for a text that is none. @throws DamagedError, StorageError. */
export async function findByTicket(
  repository: Repository,
  { hook, ticket }: { hook: string; ticket: string },
): Promise<Delivery | undefined> {
  const id = /^([0-9a-f]{32,64})\.[\w-]{43}$/.exec(ticket)?.[1];
  const delivery = id === undefined ? undefined : await readDelivery(repository, { hook, id });
  const isRight = isSameText(ticket, delivery?.ticket ?? '');
  return isRight ? delivery : undefined;
}

function readDelivery(
  repository: Repository,
  { hook, id }: { hook: string; id: string },
): Promise<Delivery | undefined> {
  return repository.getJson(deliveryKey(hook, id), deliverySchema);
}

function deliveryKey(hook: string, id: string): string {
  return `hooks/${hook}/${id}.json`;
}

import { z } from 'zod';

const prefix = 'hooks/';

/** `hooks/<name>/<delivery>.json`: that a hook was opened, once for each delivery however often it comes. */
export const deliverySchema = z.strictObject({
  id: z.string(),
  hook: z.string(),
  /** The id of the event, then those that Inngest has given it. */
  events: z.array(z.string()).min(1),
  /** The time of the event. */
  at: z.iso.datetime(),
  /** Made as `claimed` or `ignored`, and written over once its event was taken, by `sent` only. */
  state: z.enum(['claimed', 'sent', 'ignored']),
  /** When the event was taken: later than `at` where the first attempt was not. */
  sentAt: z.iso.datetime().nullable().default(null),
  ticket: z.string(),
});
type StoredDelivery = z.infer<typeof deliverySchema>;

/**
 * A delivery. `claimed`: what it starts is being handed over, or who did it has died; `failed`: it was not taken. Both may
 * be tried again. `ignored`: a webhook that starts nothing. `ticket` lets who has it see the outcome, and nothing else.
 */
export interface Delivery extends Omit<StoredDelivery, 'state'> {
  state: StoredDelivery['state'] | 'failed';
}

/** What names a delivery. `id` is hexadecimal. */
export type DeliveryName = Pick<Delivery, 'hook' | 'id'>;

/**
 * How long a delivery is remembered. A webhook that could come again after it must be late by then (`read-github.ts`);
 * an `Idempotency-Key` is good for as long.
 */
export const rememberedMs = 30 * 24 * 3_600_000;

export function deliveryKey({ hook, id }: DeliveryName): string {
  return `${prefix}${hook}/${id}.json`;
}

/** A fact about the event of a time, in an object of its own: nothing that is written beside it takes it away. */
export function factKey({ hook, id, at }: DeliveryName & { at: string }, fact: 'failed' | 'renewed'): string {
  return `${prefix}${hook}/${id}.${Date.parse(at)}.${fact}.json`;
}

/** Both kinds hold a moment. */
export const factSchema = z.strictObject({ at: z.iso.datetime() });

/** `hooks/<name>/`, of all hooks `hooks/`. */
export function deliveriesPrefix(hook?: string): string {
  return hook === undefined ? prefix : `${prefix}${hook}/`;
}

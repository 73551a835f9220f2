import { createHash, randomUUID } from 'node:crypto';
import type { Identity } from '#lib/access/identity.ts';
import { identityKey } from '#lib/access/identity-key.ts';
import type { AcceptedEvent } from './parse-events.ts';

/** An event with the id under which it is sent, which the log and the run carry too. */
export type NamedEvent = AcceptedEvent & { id: string };

/**
 * Gives an event the id that it is sent with. An engine drops an event whose id it has seen, whatever its name and
 * whoever sent it: so what a caller chooses is an id among his own of that event's name, `api.<digest>.<id>`, and never
 * another caller's or one of Holdfast's. The same id sent again by the same caller is the same event.
 */
export function nameEvent(identity: Identity, event: AcceptedEvent): NamedEvent {
  if (event.id === undefined) return { ...event, id: randomUUID() };
  const namespace = createHash('sha256').update(JSON.stringify([identityKey(identity), event.name]));
  return { ...event, id: `api.${namespace.digest('hex').slice(0, 16)}.${event.id}` };
}

import { randomUUID } from 'node:crypto';
import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { readBody } from '#app/http/read-body.ts';
import { inngest } from '#inngest/client.ts';
import { noteOfEvent } from '#lib/audit/note-of-event.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { actionOf, requireItsEvent, rightOfEvent } from './event-right.ts';
import { type AcceptedEvent, parseEvents } from './parse-events.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const mostBytes = 1024 * 1024;

/**
 * Takes one event `{ name, data, id? }` or a list of them and answers 202 `{ ids }` once they are durable; a run's
 * `eventId` is the id of the event that started it. An event with an id that was sent before starts nothing. All of
 * them must be allowed, else none is sent.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'start-backup', connections: 'later', status: 202 }, async (caller) => {
    const events = parseEvents(await readBody(request, { maxBytes: mostBytes })).map(withId);
    for (const event of events) await requireRightTo(caller, event);
    // Each has its entry in the log before the first one is sent.
    const send = events.reduceRight<() => Promise<void>>(
      (work, event) => () => audited(caller, noteOfEvent(event), work),
      () => sendAll(events),
    );
    await send();
    return { ids: events.map(({ id }) => id) };
  });
}

type NamedEvent = AcceptedEvent & { id: string };

/** An id of ours where the sender gives none: the log and the run then name the same event. */
function withId(event: AcceptedEvent): NamedEvent {
  return { ...event, id: event.id ?? randomUUID() };
}

/** Which connections a backup or a run is about matters only to who is limited to some. */
async function requireRightTo(caller: Caller, event: AcceptedEvent): Promise<void> {
  await requireRightOf(caller, { action: actionOf(event), connections: 'later' });
  const openRepository = async () => (await openWorkspace()).repository;
  await requireItsEvent(openRepository, event);
  if (caller.identity.scope === null) return;
  await requireRightOf(caller, await rightOfEvent(openRepository, event));
}

async function sendAll(events: NamedEvent[]): Promise<void> {
  await inngest.send(events).catch((cause: unknown) => {
    throw new UnavailableError('The event could not be handed to Inngest.', {
      code: 'event_not_sent',
      hint: 'Check INNGEST_EVENT_KEY and, for a server of your own, INNGEST_BASE_URL; the server’s log says more.',
      cause,
    });
  });
}

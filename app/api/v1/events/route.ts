import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import { readBody } from '#app/http/read-body.ts';
import { sendEvents } from '#app/runs/send-events.ts';
import { noteOfEvent } from '#lib/audit/note-of-event.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { admitEvent } from './admit-event.ts';
import { type NamedEvent, nameEvent } from './name-event.ts';
import { parseEvents } from './parse-events.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const mostBytes = 1024 * 1024;

/**
 * Takes one event `{ name, data, id? }` or a list of them and answers 202 `{ ids }` once they are durable; a run's
 * `eventId` is the one of the `ids` that started it. An event with an id that the caller has sent before starts nothing.
 * All of them must be allowed, else none is sent.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'start-backup', connections: 'later', status: 202 }, async (caller) => {
    const events: NamedEvent[] = [];
    for (const event of parseEvents(await readBody(request, { maxBytes: mostBytes }))) {
      const admitted = await admitEvent(caller, { event, open: openWorkspace });
      events.push(nameEvent(caller.identity, admitted));
    }
    // Each has its entry in the log before the first one is sent.
    const send = events.reduceRight<() => Promise<unknown>>(
      (work, event) => () => audited(caller, noteOfEvent(event), work),
      () => sendEvents(events),
    );
    await send();
    return { ids: events.map(({ id }) => id) };
  });
}

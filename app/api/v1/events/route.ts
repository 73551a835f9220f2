import { answer } from '#app/http/answer.ts';
import { inngest } from '#inngest/client.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { parseEvents } from './parse-events.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/**
 * Takes one event `{ name, data, id? }` or a list of them and answers 202 `{ ids }` once they are durable. An event with
 * an id that was sent before starts nothing.
 */
export function POST(request: Request): Promise<Response> {
  return answer(
    request,
    async () => {
      const events = parseEvents(await request.text());
      return inngest.send(events).catch((cause: unknown) => {
        throw new UnavailableError('The event could not be handed to Inngest.', {
          code: 'event_not_sent',
          hint: 'Check INNGEST_EVENT_KEY and, for a server of your own, INNGEST_BASE_URL; the server’s log says more.',
          cause,
        });
      });
    },
    { status: 202 },
  );
}

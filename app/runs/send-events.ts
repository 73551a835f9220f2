import { inngest } from '#inngest/client.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

interface SentEvent {
  name: string;
  data: object;
  id?: string;
  /** Epoch milliseconds. */
  ts?: number;
}

const problem = {
  message: 'The event could not be handed to Inngest.',
  hint: 'Check INNGEST_EVENT_KEY and, for a server of your own, INNGEST_BASE_URL; the server’s log says more.',
};

/**
 * Hands events to Inngest, all or none, and answers the ids that it gave them.
 * @throws UnavailableError (`event_not_sent`), in other words where they are given.
 */
export async function sendEvents(events: SentEvent[], { message, hint } = problem): Promise<string[]> {
  try {
    return (await inngest.send(events)).ids;
  } catch (cause) {
    throw new UnavailableError(message, { code: 'event_not_sent', hint, cause });
  }
}

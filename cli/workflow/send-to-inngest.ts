import { inngest } from '#inngest/client.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** Sends an event to the Inngest server that the environment names; answers its ids. @throws UnavailableError. */
export async function sendToInngest(event: {
  id?: string;
  ts?: number;
  name: string;
  data: unknown;
}): Promise<string[]> {
  try {
    return (await inngest.send(event)).ids;
  } catch (cause) {
    throw new UnavailableError(`Inngest does not take the event: ${cause instanceof Error ? cause.message : cause}`, {
      code: 'inngest_unavailable',
      hint: 'Check INNGEST_EVENT_KEY, INNGEST_BASE_URL and INNGEST_DEV; without them the CLI runs the workflow itself.',
      cause,
    });
  }
}

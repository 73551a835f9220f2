import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inngest } from '#inngest/client.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';

const patienceMs = 8_000;
const lookMs = 250;

/**
 * Sends the event that asks for a run, and waits a little for the run to begin: `run` is `null` where it has not yet, as
 * while another one holds the connection. @throws UnavailableError where the event is not taken.
 */
export async function startRun(
  repository: Repository,
  request: { name: string; data: Record<string, unknown> },
): Promise<{ event: string; run: string | null }> {
  const event = { ...request, id: randomUUID(), ts: Date.now() };
  let sent: string[];
  try {
    sent = (await inngest.send(event)).ids;
  } catch (cause) {
    throw new UnavailableError('The event could not be handed to Inngest.', {
      code: 'event_not_sent',
      hint: 'Check INNGEST_EVENT_KEY and, for a server of your own, INNGEST_BASE_URL; the server’s log says more.',
      cause,
    });
  }
  const until = Date.now() + patienceMs;
  for (;;) {
    const run = await findRunOfEvent(repository, { eventIds: [event.id, ...sent], sentAt: event.ts });
    if (run !== undefined || Date.now() >= until) return { event: event.id, run: run?.id ?? null };
    await sleep(lookMs);
  }
}

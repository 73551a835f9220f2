import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import { sendEvents } from './send-events.ts';

export interface RunRequest {
  name: string;
  data: Record<string, unknown>;
  id?: string | undefined;
  /** Epoch milliseconds. */
  ts?: number | undefined;
}

const patienceMs = 8_000;
const lookMs = 250;

/**
 * Sends the event that asks for a run, and waits a little for the run to begin: `run` is `null` where it has not yet, as
 * while another one holds the connection. `id` and `ts` where the event has them already: one of an id that was sent
 * before starts nothing more. @throws UnavailableError where the event is not taken.
 */
export async function startRun(
  repository: Repository,
  { name, data, id = randomUUID(), ts = Date.now() }: RunRequest,
): Promise<{ event: string; run: string | null }> {
  const event = { name, data, id, ts };
  const sent = await sendEvents([event]);
  const until = Date.now() + patienceMs;
  for (;;) {
    const run = await findRunOfEvent(repository, { eventIds: [event.id, ...sent], sentAt: event.ts });
    if (run !== undefined || Date.now() >= until) return { event: event.id, run: run?.id ?? null };
    await sleep(lookMs);
  }
}

import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import type { RunStatus } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { type Delivery, listDeliveries } from './delivery-store.ts';

/** What a hook was sent, and what came of it. */
export interface RecentDelivery {
  id: string;
  at: string;
  /** `asked`: a gate was; `not-sent`: it was not handed over; `open`: its run has not begun, or is under way. */
  outcome: 'ignored' | 'asked' | 'not-sent' | 'open' | RunStatus;
  run: string | null;
}

/** The newest deliveries of a hook, newest first. @throws DamagedError, StorageError. */
export async function recentDeliveries(
  repository: Repository,
  { hook, isGate, limit }: { hook: string; isGate: boolean; limit: number },
): Promise<RecentDelivery[]> {
  const deliveries = await listDeliveries(repository, { hook, limit });
  return Promise.all(deliveries.map((delivery) => follow(repository, { delivery, isGate })));
}

async function follow(
  repository: Repository,
  { delivery, isGate }: { delivery: Delivery; isGate: boolean },
): Promise<RecentDelivery> {
  const { id, at, state, events } = delivery;
  if (state === 'ignored') return { id, at, outcome: 'ignored', run: null };
  const run = isGate ? undefined : await findRunOfEvent(repository, { eventIds: events, sentAt: Date.parse(at) });
  const result = run && (await readResult(repository, run.id));
  const unbegun = isGate && state === 'sent' ? 'asked' : state === 'sent' ? 'open' : 'not-sent';
  return { id, at, outcome: result?.status ?? (run === undefined ? unbegun : 'open'), run: run?.id ?? null };
}

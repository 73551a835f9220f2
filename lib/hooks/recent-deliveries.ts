import { type Problem, tellProblem } from '#lib/errors/tell-problem.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import type { RunStatus } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import type { Delivery } from './delivery.ts';
import { readDelivery } from './delivery-store.ts';
import { type ListedDelivery, listDeliveries } from './list-deliveries.ts';

/** What a hook was sent, and what came of it. */
export interface RecentDelivery {
  id: string;
  at: string;
  /**
   * `asked`: a gate was; `not-sent`: it was not handed over; `open`: its run has not begun, or is under way; `unreadable`:
   * as `problem` says.
   */
  outcome: 'ignored' | 'asked' | 'not-sent' | 'open' | 'unreadable' | RunStatus;
  run: string | null;
  problem: Problem | null;
}

/** The newest deliveries of a hook, newest first; one that cannot be read hides no other. @throws StorageError. */
export async function recentDeliveries(
  repository: Repository,
  { hook, isGate, limit }: { hook: string; isGate: boolean; limit: number },
): Promise<RecentDelivery[]> {
  const listed = await listDeliveries(repository, { hook, limit });
  const found = listed.map((one) => look(repository, { listed: one, isGate }));
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** `undefined` where it is forgotten. */
async function look(
  repository: Repository,
  { listed, isGate }: { listed: ListedDelivery; isGate: boolean },
): Promise<RecentDelivery | undefined> {
  const { id, at } = listed;
  try {
    const delivery = await readDelivery(repository, listed);
    return delivery && { id, at, problem: null, ...(await follow(repository, { delivery, isGate })) };
  } catch (cause) {
    return { id, at, outcome: 'unreadable', run: null, problem: tellProblem(cause) };
  }
}

async function follow(
  repository: Repository,
  { delivery, isGate }: { delivery: Delivery; isGate: boolean },
): Promise<Pick<RecentDelivery, 'outcome' | 'run'>> {
  const { at, state, events } = delivery;
  if (state === 'ignored') return { outcome: 'ignored', run: null };
  const run = isGate ? undefined : await findRunOfEvent(repository, { eventIds: events, sentAt: Date.parse(at) });
  const result = run && (await readResult(repository, run.id));
  const unbegun = isGate && state === 'sent' ? 'asked' : state === 'sent' ? 'open' : 'not-sent';
  return { outcome: result?.status ?? (run === undefined ? unbegun : 'open'), run: run?.id ?? null };
}

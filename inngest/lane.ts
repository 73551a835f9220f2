import { type LaneOutcome, laneOutcomeSchema } from '#lib/runs/lane-outcome.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';
import { recordError } from './carried-error.ts';
import { RecordedFailure } from './recorded-failure.ts';

/**
 * Works a list off in time-boxed steps: `work(from)` is one durable step and answers where the next one begins. The
 * lane's failure is its answer, not an exception.
 */
export async function workOff(total: number, work: (from: number) => Promise<{ next: number }>): Promise<LaneOutcome> {
  try {
    for (let from = 0; from < total; ) {
      const { next } = await work(from);
      if (next <= from) throw new Error(`The lane does not move on from ${from}.`);
      from = next;
    }
    return { ok: true };
  } catch (cause) {
    return { ok: false, error: recordError(cause) };
  }
}

/** Waits for all lanes and throws the failure that says most: a lost snapshot first, since all other lanes follow it. */
export async function joinLanes(lanes: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(lanes);
  const errors = settled.flatMap((lane): RecordedError[] => {
    if (lane.status === 'rejected') return [recordError(lane.reason)];
    const outcome = laneOutcomeSchema.parse(lane.value);
    return outcome.ok ? [] : [outcome.error];
  });
  const first = errors.find(({ name }) => name === 'SnapshotLostError') ?? errors[0];
  if (first) throw new RecordedFailure(first);
}

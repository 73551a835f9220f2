import type { FunctionCall } from './call-protocol.ts';
import type { RunState } from './journal-record.ts';
import type { LocalFunction } from './local-function.ts';
import { evaluate, openRuns, type PlanContext } from './plan-run.ts';

/** A call that is ready, with the concurrency slots it takes while it is under way. */
export interface PlannedCall extends FunctionCall {
  id: string;
  slots: string[];
}

export interface CallPlan extends PlanContext {
  /** Calls under way, also those of runs that have ended meanwhile. */
  underWay: ReadonlyMap<string, PlannedCall>;
  /** How many calls the runner makes at a time, over all functions. */
  concurrency: number;
  /** A call must not see a result that a power cut could still take back. */
  isDurable: (runId: string) => boolean;
}

/**
 * The calls to start at once. As with Inngest, concurrency counts calls that execute, not runs that sleep or wait;
 * older runs go first, shifted by the seconds of their priority.
 */
export function planCalls(plan: CallPlan): PlannedCall[] {
  const { state, functions, underWay, concurrency, isDurable, now } = plan;
  const ready = openRuns(state).flatMap((run) => {
    const fn = functions.get(run.fn);
    if (fn === undefined || !isDurable(run.id)) return [];
    const calls = keysOf(run)
      .filter((key) => !underWay.has(callId(run, key)) && (run.retries[key]?.at ?? 0) <= now)
      .map((key) => describeCall({ run, fn, key }));
    return calls.map((call) => ({ call, fn, rank: rankOf(run, fn) }));
  });
  ready.sort((a, b) => a.rank - b.rank);

  const taken = new Map<string, number>();
  const take = (slot: string): void => void taken.set(slot, (taken.get(slot) ?? 0) + 1);
  for (const call of underWay.values()) call.slots.forEach(take);
  const started: PlannedCall[] = [];
  for (const { call, fn } of ready) {
    if (underWay.size + started.length >= concurrency) break;
    const free = call.slots.every((slot, index) => (taken.get(slot) ?? 0) < (fn.concurrency[index]?.limit ?? 0));
    if (!free) continue;
    call.slots.forEach(take);
    started.push(call);
  }
  return started;
}

/** The function itself is called again only when nothing it asked for is open, or it would ask for it once more. */
function keysOf(run: RunState): string[] {
  const pending = Object.values(run.pending);
  if (pending.length === 0) return ['step'];
  return pending.filter((step) => step.op === 'StepPlanned').map((step) => step.id);
}

function describeCall({ run, fn, key }: { run: RunState; fn: LocalFunction; key: string }): PlannedCall {
  const slots = fn.concurrency.map(({ key: expression, shared }, index) => {
    const value = expression === undefined ? null : evaluate(expression, { event: run.event });
    return JSON.stringify([shared ? expression : [fn.id, index], value]);
  });
  return {
    id: callId(run, key),
    run,
    key,
    attempt: run.retries[key]?.attempt ?? 0,
    maxAttempts: fn.maxAttempts,
    slots,
  };
}

function callId(run: RunState, key: string): string {
  return `${run.id} ${key}`;
}

function rankOf(run: RunState, fn: LocalFunction): number {
  if (fn.priority === undefined) return run.createdAt;
  const seconds = Number(evaluate(fn.priority, { event: run.event }));
  // Inngest allows -600 to 600 and ignores what is not a number.
  return run.createdAt - Math.max(-600, Math.min(600, seconds || 0)) * 1000;
}

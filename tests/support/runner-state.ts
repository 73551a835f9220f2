import type { RunnerEvent, RunState } from '#inngest/local/journal-record.ts';
import { type LocalFunction, parseLocalFunction } from '#inngest/local/local-function.ts';
import type { PlanContext } from '#inngest/local/plan-run.ts';

/** A function as the SDK would register it, with the options a test is about. */
export function makeFunction(id: string, options: Record<string, unknown> = {}): LocalFunction {
  return parseLocalFunction({ id, triggers: [], steps: { step: { id: 'step', name: 'step' } }, ...options });
}

/** An event with data. */
export function makeEvent(name: string, data: unknown = {}): RunnerEvent {
  return { id: `${name} ${JSON.stringify(data)}`, name, ts: 0, data };
}

/** A run that has done nothing yet, with the fields a test is about. */
export function makeRun(id: string, fields: Partial<RunState> = {}): RunState {
  const event = makeEvent('start');
  return { id, fn: 'f', event, createdAt: 0, finished: [], memos: {}, pending: {}, retries: {}, ...fields };
}

/** What a plan starts from, at time 1,000,000. */
export function makeContext({
  functions = [],
  runs = [],
}: {
  functions?: LocalFunction[];
  runs?: RunState[];
}): PlanContext {
  return {
    state: {
      runs: new Map(runs.map((run) => [run.id, run])),
      eventIds: new Map(),
      onceKeys: new Map(),
    },
    functions: new Map(functions.map((fn) => [fn.id, fn])),
    now: 1_000_000,
    ending: new Set(),
  };
}

import { compileExpression, type ExpressionScope } from './expression.ts';
import type { JournalRecord, Memo, RunnerEvent, RunOutcome, RunState } from './journal-record.ts';
import type { LocalFunction } from './local-function.ts';
import { newUlid } from './new-ulid.ts';
import type { RunnerState } from './runner-state.ts';

/** What a plan is made from. Plans read it and change nothing. */
export interface PlanContext {
  state: RunnerState;
  functions: ReadonlyMap<string, LocalFunction>;
  /** Epoch milliseconds. */
  now: number;
  /** The runs this plan has ended so far: what ends twice in one plan, ends once. */
  ending: Set<string>;
}

/** Inngest takes an event id, and an idempotency key, for the same one for 24 hours. */
const sameForMs = 24 * 3_600_000;

/** Events about runs are not sent for runs that such an event started: a failing handler would start itself for ever. */
const aboutRuns = new Set(['inngest/function.failed', 'inngest/function.cancelled']);

/** Everything one event does: the runs it cancels, the waits it ends, the runs it starts. Nothing the second time. */
export function planEvent(context: PlanContext, event: RunnerEvent): JournalRecord[] {
  const { state, functions, now } = context;
  if ((state.eventIds.get(event.id) ?? 0) > now) return [];
  const records: JournalRecord[] = [{ t: 'event', id: event.id, until: now + sameForMs }];
  for (const run of openRuns(state)) {
    const cancels = functions
      .get(run.fn)
      ?.cancelOn.some(
        (cancel) =>
          cancel.event === event.name &&
          (cancel.withinMs === undefined || now <= run.createdAt + cancel.withinMs) &&
          matches(cancel.if, { event: run.event, async: event }),
      );
    if (cancels) records.push(...planEnd(context, run, { status: 'cancelled', reason: `event ${event.name}` }));
  }
  for (const run of openRuns(state)) {
    if (context.ending.has(run.id)) continue;
    for (const step of Object.values(run.pending)) {
      if (step.event !== event.name || !matches(step.if, { event: run.event, async: event })) continue;
      records.push({ t: 'memo', run: run.id, step: step.id, memo: { data: event } });
    }
  }
  for (const fn of functions.values()) {
    const starts = fn.triggers.some((trigger) => trigger.event === event.name && matches(trigger.if, { event }));
    if (starts) records.push(...planStart(context, { fn, event }));
  }
  return records;
}

/** What starts a run. `parent` is the step that invoked it; such a run has no idempotency key. */
export interface RunStart {
  fn: LocalFunction;
  event: RunnerEvent;
  parent?: { run: string; step: string };
}

/** Starts a run, unless its idempotency key was used or its singleton is busy: then nothing, or the other one ends. */
export function planStart(context: PlanContext, { fn, event, parent }: RunStart): JournalRecord[] {
  const { state, now } = context;
  const records: JournalRecord[] = [];
  if (fn.idempotency !== undefined && parent === undefined) {
    const key = JSON.stringify([fn.id, evaluate(fn.idempotency, { event })]);
    if ((state.onceKeys.get(key) ?? 0) > now) return [];
    records.push({ t: 'once', key, until: now + sameForMs });
  }
  const { singleton } = fn;
  if (singleton !== undefined) {
    const keyOf = (of: RunnerEvent): unknown => evaluate(singleton.key ?? "''", { event: of });
    const busy = openRuns(state).filter((run) => run.fn === fn.id && keyOf(run.event) === keyOf(event));
    if (busy.length > 0 && singleton.mode === 'skip') return [];
    for (const run of busy) {
      records.push(...planEnd(context, run, { status: 'cancelled', reason: 'a newer run of the singleton' }));
    }
  }
  const run: RunState = {
    id: newUlid(now),
    fn: fn.id,
    event,
    createdAt: now,
    finished: [],
    memos: {},
    pending: {},
    retries: {},
  };
  return [...records, { t: 'run', run: parent === undefined ? run : { ...run, parent } }];
}

/** Ends a run, and with it what hangs on it: its children when it is cancelled, its parent's step, its handlers. */
export function planEnd(context: PlanContext, run: RunState, outcome: RunOutcome): JournalRecord[] {
  const { state, now, ending } = context;
  if (ending.has(run.id)) return [];
  ending.add(run.id);
  const records: JournalRecord[] = [{ t: 'ended', run: run.id, at: now, outcome }];
  if (outcome.status === 'cancelled') {
    for (const child of openRuns(state)) {
      if (child.parent?.run === run.id) {
        records.push(...planEnd(context, child, { status: 'cancelled', reason: `its parent ${run.fn} was cancelled` }));
      }
    }
  }
  if (run.parent !== undefined && state.runs.get(run.parent.run)?.pending[run.parent.step] !== undefined) {
    records.push({ t: 'memo', run: run.parent.run, step: run.parent.step, memo: memoOf(run, outcome) });
  }
  if (outcome.status === 'completed' || aboutRuns.has(run.event.name)) return records;
  const name = `inngest/function.${outcome.status}`;
  const error = outcome.status === 'failed' ? outcome.error : { name: 'Error', message: outcome.reason };
  const data = { function_id: run.fn, run_id: run.id, error, event: run.event };
  const handlers = planEvent(context, { id: newUlid(now), name, ts: now, data });
  return handlers.length > 1 ? [...records, ...handlers] : records;
}

function memoOf(run: RunState, outcome: RunOutcome): Memo {
  if (outcome.status === 'completed') return { data: outcome.data };
  if (outcome.status === 'failed') return { error: outcome.error };
  return { error: { name: 'Error', message: `${run.fn} was cancelled: ${outcome.reason}` } };
}

/** The runs that have not ended, oldest first. */
export function openRuns(state: RunnerState): RunState[] {
  return [...state.runs.values()].filter((run) => run.outcome === undefined);
}

const compiled = new Map<string, ReturnType<typeof compileExpression>>();

/** The value of an expression, compiled once. */
export function evaluate(expression: string, scope: ExpressionScope): unknown {
  const known = compiled.get(expression) ?? compileExpression(expression);
  compiled.set(expression, known);
  return known(scope);
}

function matches(expression: string | undefined, scope: ExpressionScope): boolean {
  return expression === undefined || evaluate(expression, scope) === true;
}

import { z } from 'zod';
import { type CallResult, type FunctionCall, type Operation, readError } from './call-protocol.ts';
import { dueTime } from './due-time.ts';
import { compileExpression } from './expression.ts';
import type { JournalRecord, PendingStep, RunErrorData, RunOutcome } from './journal-record.ts';
import { newUlid } from './new-ulid.ts';
import { type PlanContext, planEnd, planStart } from './plan-run.ts';

/** Milliseconds to wait before a call is tried again; `attempt` is the one that failed, from zero. */
export type Backoff = (attempt: number) => number;

export interface ResultPlan extends PlanContext {
  call: FunctionCall;
  result: CallResult;
  backoff: Backoff;
}

/** What the result of a call changes. Nothing where the run ended while the call was under way. */
export function planResult(plan: ResultPlan): JournalRecord[] {
  const { call, result } = plan;
  const { run } = call;
  if (run.outcome !== undefined) return [];
  if (result.kind === 'returned') return planEnd(plan, run, { status: 'completed', data: result.data });
  if (result.kind === 'threw') {
    return planRetry(plan, result.error) ?? planEnd(plan, run, { status: 'failed', error: result.error });
  }
  const records: JournalRecord[] = [];
  for (const operation of result.operations) {
    try {
      records.push(...planOperation(plan, operation));
    } catch (error) {
      // What the function asks for cannot be done, so no retry can help: the run fails and says why.
      return planEnd(plan, run, failure(readError(error)));
    }
  }
  return records;
}

function planOperation(plan: ResultPlan, operation: Operation): JournalRecord[] {
  const { run } = plan.call;
  switch (operation.op) {
    case 'StepRun':
      return [{ t: 'memo', run: run.id, step: operation.id, memo: { data: operation.data ?? null } }];
    case 'StepError':
    case 'StepFailed': {
      const error = readError(operation.error);
      const retried = operation.op === 'StepError' ? planRetry(plan, error) : undefined;
      return retried ?? [{ t: 'memo', run: run.id, step: operation.id, memo: { error } }];
    }
    case 'StepPlanned':
    case 'Sleep':
    case 'WaitForEvent':
      return planPending(plan, operation);
    case 'InvokeFunction':
      return planInvoke(plan, operation);
    default:
      return planEnd(plan, run, failure(unsupported(operation.op)));
  }
}

const optionsOf = z.looseObject({
  timeout: z.string().optional(),
  if: z.string().optional(),
  parallelMode: z.string().optional(),
});

function planPending(plan: ResultPlan, { id, op, name, displayName, opts }: Operation): JournalRecord[] {
  const { run } = plan.call;
  const options = optionsOf.parse(opts ?? {});
  if (options.parallelMode === 'race') return planEnd(plan, run, failure(unsupported('group.parallel (mode race)')));
  const step: PendingStep = {
    id,
    op: pendingOp.parse(op),
    name: displayName ?? name ?? id,
    known: run.finished.length,
  };
  const ends = op === 'Sleep' ? (name ?? '') : options.timeout;
  if (ends !== undefined) step.due = dueTime(ends, plan.now);
  if (op === 'WaitForEvent' && typeof name === 'string') step.event = name;
  if (op === 'WaitForEvent' && options.if !== undefined) {
    compileExpression(options.if);
    step.if = options.if;
  }
  return [{ t: 'planned', run: run.id, steps: [step] }];
}

const pendingOp = z.enum(['StepPlanned', 'Sleep', 'WaitForEvent', 'InvokeFunction']);

const invokeOptions = z.looseObject({
  function_id: z.string(),
  payload: z.looseObject({ data: z.unknown().optional() }).optional(),
});

/** An invoked run starts in the same journal line as the step that waits for it, so neither exists without the other. */
function planInvoke(plan: ResultPlan, operation: Operation): JournalRecord[] {
  const { run } = plan.call;
  const { function_id, payload } = invokeOptions.parse(operation.opts);
  const fn = plan.functions.get(function_id);
  const data = payload?.data ?? {};
  const event = { id: newUlid(plan.now), name: 'inngest/function.invoked', ts: plan.now, data };
  const started = fn === undefined ? [] : planStart(plan, { fn, event, parent: { run: run.id, step: operation.id } });
  if (started.length > 0) return [...planPending(plan, operation), ...started];
  const message = fn === undefined ? `there is no function ${function_id}` : `the singleton ${function_id} is busy`;
  return [{ t: 'memo', run: run.id, step: operation.id, memo: { error: { name: 'InvokeError', message } } }];
}

/** Another attempt, where one is left and the error allows it. */
function planRetry({ call, result, backoff, now }: ResultPlan, error: RunErrorData): JournalRecord[] | undefined {
  const { run, key, attempt, maxAttempts } = call;
  if (result.final || attempt + 1 >= maxAttempts) return undefined;
  const at = result.retryAfter === undefined ? now + backoff(attempt) : retryTime(result.retryAfter, now);
  return [{ t: 'retry', run: run.id, key, attempt: attempt + 1, at, error: `${error.name}: ${error.message}` }];
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3); the SDK writes dates in ISO form. */
function retryTime(retryAfter: string, now: number): number {
  return /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1000 : Date.parse(retryAfter);
}

function failure(error: RunErrorData): RunOutcome {
  return { status: 'failed', error };
}

function unsupported(what: string): RunErrorData {
  return { name: 'RefusedError', message: `the local runner does not support ${what}` };
}

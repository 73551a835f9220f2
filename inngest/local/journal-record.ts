import { z } from 'zod';

/** The error of a step or a run as the SDK serializes it. */
export const runError = z.looseObject({ name: z.string(), message: z.string() });
export type RunErrorData = z.infer<typeof runError>;

/** An event as the functions receive it. `ts` is epoch milliseconds. */
const runnerEvent = z.looseObject({ id: z.string(), name: z.string(), ts: z.number(), data: z.unknown() });
export type RunnerEvent = z.infer<typeof runnerEvent>;

/** How a run ended. */
const runOutcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('completed'), data: z.unknown() }),
  z.object({ status: z.literal('failed'), error: runError }),
  z.object({ status: z.literal('cancelled'), reason: z.string() }),
]);
export type RunOutcome = z.infer<typeof runOutcome>;

/** The remembered result of a step. */
const memo = z.union([z.object({ data: z.unknown() }), z.object({ error: runError })]);
export type Memo = z.infer<typeof memo>;

/**
 * A step the function asked for that has no result yet. `due` (epoch milliseconds) ends a sleep or times out a wait;
 * `known` is how many results the function had seen when it planned the step, which is all a call of it needs.
 */
const pendingStep = z.object({
  id: z.string(),
  name: z.string(),
  op: z.enum(['StepPlanned', 'Sleep', 'WaitForEvent', 'InvokeFunction']),
  known: z.number(),
  due: z.number().optional(),
  event: z.string().optional(),
  if: z.string().optional(),
});
export type PendingStep = z.infer<typeof pendingStep>;

/** A call that failed and is tried again: `attempt` counts from zero, `at` is when (epoch milliseconds). */
const retry = z.object({ attempt: z.number(), at: z.number(), error: z.string() });

/** Everything known of a run. Plain JSON, so that a compacted journal can hold it as it is. */
const runState = z.object({
  id: z.string(),
  fn: z.string(),
  event: runnerEvent,
  parent: z.object({ run: z.string(), step: z.string() }).optional(),
  createdAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  outcome: runOutcome.optional(),
  /** Ids of the remembered steps in the order they finished; replay needs the order. */
  finished: z.array(z.string()),
  memos: z.record(z.string(), memo),
  pending: z.record(z.string(), pendingStep),
  /** By the key of a call: a step's id, or `step` for the function itself. */
  retries: z.record(z.string(), retry),
});
export type RunState = z.infer<typeof runState>;

/** One change of state. A journal line is a list of them that happens as a whole or not at all. */
const journalRecord = z.discriminatedUnion('t', [
  z.object({ t: z.literal('journal'), format: z.literal(1) }),
  z.object({ t: z.literal('event'), id: z.string(), until: z.number() }),
  z.object({ t: z.literal('once'), key: z.string(), until: z.number() }),
  z.object({ t: z.literal('run'), run: runState }),
  z.object({ t: z.literal('started'), run: z.string(), at: z.number() }),
  z.object({ t: z.literal('planned'), run: z.string(), steps: z.array(pendingStep) }),
  z.object({ t: z.literal('memo'), run: z.string(), step: z.string(), memo }),
  retry.extend({ t: z.literal('retry'), run: z.string(), key: z.string() }),
  z.object({ t: z.literal('ended'), run: z.string(), at: z.number(), outcome: runOutcome }),
]);
export type JournalRecord = z.infer<typeof journalRecord>;

/** One line of the journal. */
export const journalLine = z.array(journalRecord);

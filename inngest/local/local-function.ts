import { z } from 'zod';
import { nextCronTick } from '#lib/config/next-cron-tick.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { parseDuration } from './due-time.ts';
import { compileExpression } from './expression.ts';

const concurrencyLimit = z.strictObject({
  limit: z.number(),
  key: z.string().optional(),
  scope: z.enum(['fn', 'env', 'account']).optional(),
});

/**
 * A function as the SDK registers it with a server, strict: an option that is not named here (`batchEvents`,
 * `throttle`, `rateLimit`, `debounce`, ...) is one this runner cannot keep, and is refused rather than ignored.
 */
const registration = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  triggers: z.array(
    z.union([
      z.strictObject({ event: z.string(), expression: z.string().optional() }),
      z.strictObject({ cron: z.string() }),
    ]),
  ),
  steps: z.strictObject({
    step: z.looseObject({ retries: z.strictObject({ attempts: z.number().optional() }).optional() }),
  }),
  idempotency: z.string().optional(),
  concurrency: z.union([z.number(), concurrencyLimit, z.array(concurrencyLimit)]).optional(),
  priority: z.strictObject({ run: z.string().optional() }).optional(),
  singleton: z.strictObject({ key: z.string().optional(), mode: z.enum(['skip', 'cancel']) }).optional(),
  timeouts: z.strictObject({ start: z.string().optional(), finish: z.string().optional() }).optional(),
  cancel: z
    .array(z.strictObject({ event: z.string(), if: z.string().optional(), timeout: z.string().optional() }))
    .optional(),
});

/** What the runner knows of a function. Expressions are checked, durations are milliseconds. */
export interface LocalFunction {
  id: string;
  triggers: { event: string; if?: string | undefined }[];
  crons: string[];
  maxAttempts: number;
  idempotency?: string | undefined;
  concurrency: { limit: number; key?: string | undefined; shared: boolean }[];
  priority?: string | undefined;
  singleton?: { key?: string | undefined; mode: 'skip' | 'cancel' } | undefined;
  startWithinMs?: number | undefined;
  finishWithinMs?: number | undefined;
  cancelOn: { event: string; if?: string | undefined; withinMs?: number | undefined }[];
}

/** Inngest's default where `retries` is not given, plus the first attempt. */
const defaultMaxAttempts = 4;

/** Reads one registration; an unsupported option or expression is a RefusedError that names function and option. */
export function parseLocalFunction(value: unknown): LocalFunction {
  const parsed = registration.safeParse(value);
  if (!parsed.success) throw refuse({ value, what: describeIssue(parsed.error.issues), cause: parsed.error });
  const given = parsed.data;
  const { concurrency = [], timeouts = {}, cancel = [] } = given;
  const limits = typeof concurrency === 'number' ? [{ limit: concurrency }] : [concurrency].flat();
  const fn: LocalFunction = {
    id: given.id,
    triggers: given.triggers.flatMap((trigger) =>
      'event' in trigger ? [{ event: trigger.event, if: trigger.expression }] : [],
    ),
    crons: given.triggers.flatMap((trigger) => ('cron' in trigger ? [trigger.cron] : [])),
    maxAttempts: (given.steps.step.retries?.attempts ?? defaultMaxAttempts - 1) + 1,
    idempotency: given.idempotency,
    // A limit of zero means none, as with Inngest.
    concurrency: limits
      .filter(({ limit }) => limit > 0)
      .map(({ limit, key, scope = 'fn' }) => ({ limit, key, shared: scope !== 'fn' })),
    priority: given.priority?.run,
    singleton: given.singleton,
    startWithinMs: timeouts.start === undefined ? undefined : parseDuration(timeouts.start),
    finishWithinMs: timeouts.finish === undefined ? undefined : parseDuration(timeouts.finish),
    cancelOn: cancel.map(({ event, timeout, ...rest }) => ({
      event,
      if: rest.if,
      withinMs: timeout === undefined ? undefined : parseDuration(timeout),
    })),
  };
  const wildcard = [...fn.triggers, ...fn.cancelOn].find(({ event }) => event.includes('*'));
  if (wildcard !== undefined) throw refuse({ value, what: `the wildcard event ${wildcard.event}` });
  for (const expression of expressionsOf(fn)) compileExpression(expression);
  for (const cron of fn.crons) nextCronTick(cron, 0);
  return fn;
}

function expressionsOf(fn: LocalFunction): string[] {
  const conditions = [...fn.triggers, ...fn.cancelOn].map((entry) => entry.if);
  const keys = [fn.idempotency, fn.priority, fn.singleton?.key, ...fn.concurrency.map(({ key }) => key)];
  return [...conditions, ...keys].filter((expression) => expression !== undefined);
}

function describeIssue(issues: readonly z.core.$ZodIssue[]): string {
  const names = issues.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    return [...issue.path, ...keys].join('.');
  });
  return `the option ${names.join(', ')}`;
}

function refuse({ value, what, cause }: { value: unknown; what: string; cause?: unknown }): RefusedError {
  const id = z.object({ id: z.string() }).safeParse(value).data?.id ?? '?';
  return new RefusedError(`function ${id} uses ${what}, which the local runner does not support`, {
    code: 'local_runner_unsupported',
    hint: 'Leave it out, or run this function with an Inngest server.',
    cause,
  });
}

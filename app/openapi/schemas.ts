import { z } from 'zod';

/** Every error of the API (RFC 9457); `name`, `code` and `hint` are those of the command line. */
export const problemSchema = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    /** The class: UsageError, RefusedError, UnavailableError, ... */
    name: z.string(),
    code: z.string().regex(/^[a-z0-9_]+$/),
    hint: z.string(),
  })
  .meta({ id: 'Problem' });

/** What started a run answers. */
export const startedSchema = z.object({
  event: z.string().meta({ description: 'The event that asks for the run; the run carries it as `eventId`.' }),
  run: z.string().nullable().meta({ description: 'The run; `null` where it has not begun within some seconds.' }),
});

/** A decision about a run. */
export const decidedSchema = z.object({
  run: z.string(),
  decision: z.enum(['approve', 'cancel']),
  at: z.iso.datetime(),
});

export const checkSchema = z.object({
  name: z.string(),
  object: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  hint: z.string(),
});

/** What was looked at. */
export const checksSchema = z.object({ passed: z.boolean(), checks: z.array(checkSchema) });

/** Why a record of a list cannot be read. */
export const recordProblemSchema = z.object({
  name: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});

/** A record of a list that cannot be read: it is damaged, or its key is not given. */
export const unreadableSchema = z.object({ id: z.string(), problem: recordProblemSchema });

/** How lists are cut: `next` is the `before` of the following page. */
export const nextSchema = z
  .string()
  .nullable()
  .meta({ description: 'The `before` of the following page; `null` where this is the last one.' });

/** Of requests that start a run, where the route says so. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'A key of the sender’s own: the same request with it, for 24 hours, answers the same run.' }),
});

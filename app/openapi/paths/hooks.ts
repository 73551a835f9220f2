import { z } from 'zod';
import type { Operations } from '#app/openapi/operation.ts';
import { hookActions } from '#lib/config/hook-schema.ts';

const facts = {
  hook: z.string(),
  start: z.enum(hookActions),
  state: z.enum(['ignored', 'open', 'done', 'not-done']),
  event: z.string().nullable(),
  run: z.string().nullable(),
  backup: z.string().nullable(),
  message: z.string(),
  exitCode: z
    .int()
    .nullable()
    .meta({ description: 'That of the command line: 0 done, 3 refused, 4 proof failed, ...' }),
  follow: z.string().nullable().meta({ description: 'The address that tells the outcome; it needs nothing else.' }),
};
const answerSchema = z.object(facts);

const answers = {
  200: { description: 'Done, or a webhook that starts nothing.', schema: answerSchema },
  202: { description: 'Under way.', schema: answerSchema },
  303: {
    description: 'Not done yet: the next request of the wait, which `curl -L` and `fetch` follow by themselves.',
    schema: answerSchema,
  },
};
const problems = {
  409: 'Refused, stopped, or the gate is closed (with `exitCode`); or the webhook has come before (`hook_replayed`).',
  422: 'It failed, with `exitCode`.',
  504: 'It was waited for as long as it may be (`hook_wait_over`); it goes on.',
};
const name = { name: 'A hook of the config.' };

/** Deploy hooks. */
export const hookOperations: Operations = {
  'GET /api/hooks/[name]': {
    summary: 'Sends a browser on to the page with the button; starts nothing',
    path: name,
    query: z.object({ token: z.string().optional() }),
    answers: { 303: { description: 'The page.' } },
  },
  'POST /api/hooks/[name]': {
    summary: 'Start what the hook names',
    description:
      'Opened by its token, as `?token=` or `Authorization: Bearer`; or by a webhook of Vercel (`x-vercel-signature`), GitHub (`x-hub-signature-256`) or Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), where the config says so.',
    path: name,
    query: z.object({
      token: z.string().optional(),
      wait: z.string().optional().meta({ description: '`1`: the answer is the outcome.' }),
      sha: z.string().optional().meta({ description: 'The commit that is deployed, kept with the backup.' }),
      ref: z.string().optional().meta({ description: 'Its branch or tag.' }),
    }),
    headers: z.object({
      'idempotency-key': z.string().optional().meta({ description: 'With the same one nothing is started again.' }),
    }),
    body: { schema: z.unknown(), required: false },
    answers,
    problems,
  },
  'GET /api/hooks/[name]/outcome': {
    summary: 'How what a hook has started stands',
    path: name,
    query: z.object({ ticket: z.string().optional(), wait: z.string().optional() }),
    answers,
    problems,
  },
};

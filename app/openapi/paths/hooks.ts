import { z } from 'zod';
import { hookTokenBody } from '#app/api/v1/hooks/[name]/token/body.ts';
import type { Operations } from '#app/openapi/operation.ts';
import { recordProblemSchema } from '#app/openapi/schemas.ts';
import { hookActions, hookSignatures } from '#lib/config/hook-schema.ts';
import { hookTokenSchema } from '#lib/hooks/hook-token.ts';

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
const token = hookTokenSchema.omit({ hash: true });
const hook = z.object({
  ...{ name: z.string(), start: z.enum(hookActions), connection: z.string(), to: z.string().nullable() },
  signature: z.enum(hookSignatures).nullable(),
  token: token.nullable().meta({ description: '`null`: none was made, or it cannot be read.' }),
  problem: recordProblemSchema.nullable().meta({ description: 'Why it cannot be read.' }),
});
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
  'GET /api/v1/hooks': {
    summary: 'The hooks of the config, and who made their tokens',
    answers: { 200: { description: 'Never what opens one.', schema: z.object({ hooks: z.array(hook) }) } },
  },
  'POST /api/v1/hooks/[name]/token': {
    summary: 'Make the token of a hook',
    description: 'Where there is one, `rotate` puts another in its place, and the former one opens nothing any more.',
    path: name,
    body: { schema: hookTokenBody, example: { rotate: true } },
    answers: {
      201: {
        description: '`url` and `secret` are told this once.',
        schema: z.object({ hook, url: z.string(), secret: z.string() }),
      },
    },
  },
  'DELETE /api/v1/hooks/[name]/token': {
    summary: 'End the token of a hook',
    description: 'Signed webhooks still open it.',
    path: name,
    answers: { 200: { description: 'It is revoked.', schema: z.object({ hook }) } },
  },
};

import { z } from 'zod';
import { eventSchemas } from '#app/api/v1/events/parse-events.ts';
import { testBody } from '#app/api/v1/notifications/test/body.ts';
import { credentialsBody } from '#app/api/v1/session/body.ts';
import { pageSchema } from '#app/http/read-page.ts';
import type { Operations } from '#app/openapi/operation.ts';
import { checksSchema, nextSchema, unreadableSchema } from '#app/openapi/schemas.ts';
import { apiTokenSchema, tokenRequestSchema } from '#lib/access/api-token.ts';
import { roles } from '#lib/access/role.ts';
import { auditEntrySchema } from '#lib/audit/audit-entry.ts';

const identity = z.object({
  kind: z.enum(['token', 'oidc', 'environment', 'setup']),
  id: z.string().nullable(),
  name: z.string(),
  role: z.enum(roles),
  scope: z.array(z.string()).nullable(),
});
const token = apiTokenSchema.omit({ hash: true }).extend({ state: z.enum(['active', 'expired', 'revoked']) });
const usedToken = token.extend({ lastUsedAt: z.string().nullable() });
const unreadable = z.array(unreadableSchema);
const tokenList = z.object({ tokens: z.array(usedToken), unreadable });
const auditPage = z.object({ entries: z.array(auditEntrySchema), unreadable, next: nextSchema });

const health = z.object({
  live: z.literal(true),
  ready: z.boolean(),
  version: z.string(),
  engine: z.enum(['inngest', 'local', 'none']),
  checks: z.array(
    z.object({ name: z.enum(['config', 'repository', 'engine']), passed: z.boolean(), code: z.string().nullable() }),
  ),
});
const ready = {
  200: { description: 'A run could be done.', schema: health },
  503: { description: 'None could; `checks` says why.', schema: health },
};

/** What is about the service as a whole. */
export const serviceOperations: Operations = {
  'GET /api/v1/status': {
    summary: 'How each connection stands against what is promised of it',
    answers: {
      200: {
        description: '`kept`: proven, recoverable in time, and young enough.',
        schema: z.object({
          connections: z.array(
            z.looseObject({
              connection: z.string(),
              state: z.enum(['kept', 'broken', 'none']),
              reasons: z.array(z.string()),
              backups: z.int(),
            }),
          ),
        }),
      },
    },
  },
  'GET /api/v1/connections': {
    summary: 'The connections, without what opens them',
    answers: {
      200: {
        description: 'Of a URL only user, host and database are told.',
        schema: z.object({ connections: z.array(z.looseObject({ name: z.string() })) }),
      },
    },
  },
  'POST /api/v1/connections/[name]/check': {
    summary: 'Look at a connection as `holdfast doctor` does',
    path: { name: 'A connection of the config.' },
    answers: { 200: { description: 'What was looked at.', schema: checksSchema } },
  },
  'POST /api/v1/repository/check': {
    summary: 'Look at the repository as `holdfast doctor` does',
    answers: { 200: { description: 'What was looked at.', schema: checksSchema } },
  },
  'POST /api/v1/notifications/test': {
    summary: 'Send a test message',
    body: { schema: testBody, required: false, example: { channel: 'slack' } },
    answers: {
      200: {
        description: 'What became of it, channel by channel.',
        schema: z.looseObject({ id: z.string(), channels: z.array(z.looseObject({ channel: z.string() })) }),
      },
    },
  },
  'POST /api/v1/events': {
    summary: 'Send an event, or a list of them',
    description:
      'Every event asks for an action of its own, and one with an id that the same caller has sent before starts nothing. Either all are sent, or none.',
    body: {
      schema: z.union([
        z.union(eventSchemas.map(toEnvelope)),
        z
          .array(z.union(eventSchemas.map(toEnvelope)))
          .min(1)
          .max(100),
      ]),
      example: { name: 'holdfast/backup.requested', data: { connection: 'production' }, id: 'release-17' },
    },
    answers: {
      202: {
        description: 'They are durable. `ids` are those under which they are sent: a run carries its one as `eventId`.',
        schema: z.object({ ids: z.array(z.string()) }),
      },
    },
  },
  'GET /api/v1/audit': {
    summary: 'The audit log, newest first',
    query: pageSchema.omit({ connection: true }),
    answers: {
      200: { description: 'A page.', schema: auditPage },
    },
  },
  'GET /api/v1/tokens': {
    summary: 'Every token there ever was',
    answers: { 200: { description: 'Never a secret.', schema: tokenList } },
  },
  'POST /api/v1/tokens': {
    summary: 'Make a token',
    description: 'Takes no `Idempotency-Key`, as the secret is shown once: sent twice, it makes two.',
    body: {
      schema: tokenRequestSchema,
      example: { name: 'ci', role: 'operator', connections: ['production'], expiresIn: '90d' },
    },
    answers: {
      201: { description: '`secret` is told this once.', schema: z.object({ token: usedToken, secret: z.string() }) },
    },
  },
  'DELETE /api/v1/tokens/[id]': {
    summary: 'Revoke a token',
    path: { id: 'What stands between `hf_` and the next `_`.' },
    answers: { 200: { description: 'It is revoked.', schema: z.object({ token }) } },
  },
  'GET /api/v1/session': {
    summary: 'Who asks',
    answers: { 200: { description: 'Who that is, and what they may do.', schema: identity } },
  },
  'POST /api/v1/session': {
    summary: 'Sign in; the answer sets a cookie',
    body: { schema: credentialsBody, example: { token: 'hf_...' } },
    answers: {
      200: { description: 'Who has signed in.', schema: identity },
      303: { description: 'The same by the form of the sign-in page.' },
    },
  },
  'DELETE /api/v1/session': {
    summary: 'Sign out',
    answers: { 204: { description: 'The cookie is taken away.' } },
  },
  'GET /api/health': { summary: 'Whether the service can do its work', answers: ready },
  'GET /api/health/ready': { summary: 'The same', answers: ready },
  'GET /api/health/live': {
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does.', schema: z.object({ live: z.literal(true), version: z.string() }) } },
  },
  'GET /api/metrics': {
    summary: 'Measures for Prometheus',
    answers: { 200: { description: 'Of all connections.', types: ['text/plain', 'application/openmetrics-text'] } },
  },
  'GET /api/v1/openapi.json': {
    summary: 'This document',
    answers: {
      200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }) },
    },
  },
};

function toEnvelope({ name, schema }: (typeof eventSchemas)[number]) {
  return z.strictObject({ name: z.literal(name), data: schema, id: z.string().min(1).max(200).optional() });
}

import { z } from 'zod';
import { exportQuery } from '#app/api/v1/backups/[connection]/[id]/export/query.ts';
import { pinBody } from '#app/api/v1/backups/[connection]/[id]/pin/body.ts';
import { verifyBody } from '#app/api/v1/backups/[connection]/[id]/verify/body.ts';
import { backupBody } from '#app/api/v1/backups/body.ts';
import { backupsQuery } from '#app/api/v1/backups/query.ts';
import { drillBody } from '#app/api/v1/drills/body.ts';
import { pruneBody } from '#app/api/v1/prune/body.ts';
import { prunePreviewBody } from '#app/api/v1/prune/preview/body.ts';
import type { Operations } from '#app/openapi/operation.ts';
import { idempotencyHeaders, nextSchema, recordProblemSchema, startedSchema } from '#app/openapi/schemas.ts';

const names = { connection: z.string(), backupId: z.string() };
const pin = z.object({ pinnedAt: z.string(), reason: z.string().nullable() });
const path = { connection: 'A connection of the config.', id: 'A backup, as in `20261121T014500Z-x7k2qd`.' };
const standing = z.object({ pinned: z.boolean(), proven: z.boolean(), verified: z.boolean(), damaged: z.boolean() });
const summary = z.object({
  label: z.string().nullable(),
  takenAt: z.string().meta({ description: 'When its snapshot was taken.' }),
  server: z.string(),
  database: z.string().nullable().meta({ description: '`null` where its key is not given.' }),
  tables: z.int(),
  rows: z.string(),
  bytes: z.string().meta({ description: 'Of COPY text.' }),
  stored: z.string(),
  newStored: z.string().meta({ description: 'Of them, what was not in the repository before.' }),
  gitSha: z.string().nullable(),
  keyId: z.string().nullable(),
});
const listedBackup = z.object({
  ...names,
  standing,
  summary: summary.nullable(),
  problem: recordProblemSchema.nullable().meta({ description: 'Why its manifest cannot be read.' }),
});
const exported = { types: ['application/zstd', 'application/gzip', 'text/csv', 'application/jsonl'] };

/** What can be asked and done about backups. */
export const backupOperations: Operations = {
  'GET /api/v1/backups': {
    summary: 'List backups, newest first',
    description:
      'As `holdfast list --json` tells them. A search for a label or a commit may make a page short, or empty, with a next one.',
    query: backupsQuery,
    answers: {
      200: { description: 'A page.', schema: z.object({ backups: z.array(listedBackup), next: nextSchema }) },
    },
  },
  'POST /api/v1/backups': {
    summary: 'Start a backup',
    headers: idempotencyHeaders,
    body: { schema: backupBody, example: { connection: 'production', label: 'before the release' } },
    answers: { 202: { description: 'The run.', schema: startedSchema } },
  },
  'GET /api/v1/backups/[connection]/[id]': {
    summary: 'One backup: tables, checks, pin, formats',
    path,
    answers: { 200: { description: 'The backup.', schema: z.looseObject(names) } },
  },
  'POST /api/v1/backups/[connection]/[id]/verify': {
    summary: 'Read every object of a backup, or a sample',
    headers: idempotencyHeaders,
    path,
    body: { schema: verifyBody, required: false, example: { sample: 10 } },
    answers: { 202: { description: 'The run.', schema: startedSchema } },
  },
  'POST /api/v1/backups/[connection]/[id]/pin': {
    summary: 'Keep a backup from pruning',
    path,
    body: { schema: pinBody, required: false, example: { reason: 'before the audit' } },
    answers: { 200: { description: 'It is pinned.', schema: z.object({ ...names, pin }) } },
  },
  'POST /api/v1/backups/[connection]/[id]/unpin': {
    summary: 'Let pruning have a backup again',
    path,
    body: { schema: z.strictObject({}), required: false, example: {} },
    answers: { 200: { description: 'It is not pinned.', schema: z.object({ ...names, pin: z.null() }) } },
  },
  'GET /api/v1/backups/[connection]/[id]/export': {
    summary: 'A backup, or a table of it, in another format',
    path,
    query: exportQuery,
    answers: { 200: { description: 'A file.', ...exported } },
  },
  'GET /api/v1/backups/[connection]/[id]/formats': {
    summary: 'A file of a format that lies beside the backup',
    path,
    query: z.object({ file: z.string().meta({ description: 'One of those that the backup lists.' }) }),
    answers: { 200: { description: 'The file.', types: ['application/octet-stream'] } },
  },
  'POST /api/v1/drills': {
    summary: 'Restore a backup to staging, prove the copy, drop it',
    headers: idempotencyHeaders,
    body: { schema: drillBody, example: { connection: 'production' } },
    answers: { 202: { description: 'The run.', schema: startedSchema } },
  },
  'POST /api/v1/prune': {
    summary: 'Remove the backups that no rule keeps',
    description: 'Not for who is limited to some connections: the chunks that are swept are of all.',
    headers: idempotencyHeaders,
    body: { schema: pruneBody, example: { confirm: 'prune' } },
    answers: { 202: { description: 'The run.', schema: startedSchema } },
  },
  'POST /api/v1/prune/preview': {
    summary: 'What a prune would do now, and why',
    body: { schema: prunePreviewBody, required: false, example: {} },
    answers: {
      200: {
        description: 'Nothing was changed.',
        schema: z.object({
          backups: z.array(z.looseObject(names)),
          sweep: z.looseObject({ chunks: z.number(), bytes: z.number() }).nullable().meta({
            description: 'Of all connections; `null` for who is limited to some.',
          }),
        }),
      },
    },
  },
};

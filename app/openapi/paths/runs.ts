import { z } from 'zod';
import { discardBody } from '#app/api/v1/runs/[id]/discard/body.ts';
import { rollbackBody } from '#app/api/v1/runs/[id]/rollback/body.ts';
import { runsQuery } from '#app/api/v1/runs/query.ts';
import type { Operations } from '#app/openapi/operation.ts';
import {
  decidedSchema,
  idempotencyHeaders,
  nextSchema,
  startedSchema,
  unreadableSchema,
} from '#app/openapi/schemas.ts';
import { proofSchema } from '#lib/proof/proof.ts';
import {
  progressSchema,
  recordedErrorSchema,
  runRecordSchema,
  runResultSchema,
  runStatuses,
  stepRecordSchema,
} from '#lib/runs/run-record.ts';

const status = z.enum([...runStatuses, 'open']);
const listedRun = z.object({
  ...runRecordSchema.shape,
  status,
  standing: z
    .enum(['running', 'waiting'])
    .optional()
    .meta({ description: 'Of a run that is `open`: whether it waits for an approval.' }),
  exitCode: z.int().optional(),
  completedAt: z.string().optional(),
  durationMs: z.number().optional(),
  error: recordedErrorSchema.nullable().optional(),
});
const openRun = z.object({
  run: runRecordSchema,
  status: z.literal('open'),
  timeline: z.array(stepRecordSchema),
  progress: z.array(progressSchema),
});
const pulse = z.object({
  status: z.enum(['running', 'waiting', ...runStatuses]),
  ended: z.boolean(),
  shape: z.string(),
  progress: z
    .object({
      ...{ phase: z.string(), at: z.number(), rows: z.number(), bytes: z.number(), items: z.number() },
      ...{ totalBytes: z.number(), totalItems: z.number() },
    })
    .nullable(),
});
const proofDocument = z.object({
  format: z.literal(1),
  run: z.looseObject({ id: z.string(), status: z.string() }),
  backup: z.looseObject({ id: z.string(), connection: z.string() }).nullable(),
  proof: proofSchema,
});

const id = { id: 'A run, as in `20261121T014500Z-x7k2qd`.' };
const download = z.object({ download: z.string().optional().meta({ description: 'Given: the answer is a file.' }) });

/** What can be asked and done about runs. */
export const runOperations: Operations = {
  'GET /api/v1/runs': {
    summary: 'List runs, newest first',
    description:
      'Narrowed, a page may be short, or empty, with a next one. What cannot be read has a `problem` in place of all else; to a token with a scope, and in a narrowed list, it is left out.',
    query: runsQuery,
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ runs: z.array(z.union([listedRun, unreadableSchema])), next: nextSchema }),
      },
    },
  },
  'GET /api/v1/runs/[id]': {
    summary: 'One run, with its timeline',
    description: 'The whole result, or, while the run is open, its steps and the progress of its lanes so far.',
    path: id,
    answers: { 200: { description: 'The run.', schema: z.union([runResultSchema, openRun]) } },
  },
  'GET /api/v1/runs/[id]/events': {
    summary: 'Follow a run',
    description:
      'Server-sent events `pulse`, at once and with each change; the last one has `"ended": true`. One pulse as JSON to `Accept: application/json`.',
    path: id,
    answers: {
      200: {
        description: 'Pulses, each whole.',
        schema: pulse,
        types: ['application/json', 'text/event-stream'],
      },
    },
  },
  'GET /api/v1/runs/[id]/proof': {
    summary: 'The proof of a run',
    path: id,
    query: download,
    answers: { 200: { description: 'The proof with what it is about.', schema: proofDocument } },
  },
  'GET /api/v1/runs/[id]/differences': {
    summary: 'How live tables differ from recovered ones',
    path: id,
    query: download,
    answers: {
      200: {
        description: 'Table by table, with the statements that a person may run.',
        schema: z.looseObject({ backup: z.string(), target: z.string(), tables: z.array(z.looseObject({})) }),
      },
    },
  },
  'POST /api/v1/runs/[id]/approve': {
    summary: 'Let a run that waits go live',
    path: id,
    answers: { 202: { description: 'It is written down.', schema: decidedSchema } },
  },
  'POST /api/v1/runs/[id]/cancel': {
    summary: 'End an open run, which takes back what it has done',
    path: id,
    answers: { 202: { description: 'It is written down.', schema: decidedSchema } },
  },
  'POST /api/v1/runs/[id]/rollback': {
    summary: 'Bring back what a run has put aside',
    headers: idempotencyHeaders,
    path: id,
    body: { schema: rollbackBody, required: false, example: { confirm: 'production' } },
    answers: { 202: { description: 'The rollback.', schema: startedSchema } },
  },
  'POST /api/v1/runs/[id]/discard': {
    summary: 'Drop what a run keeps beside the live database',
    description: '`confirm` is the name of the target; of a recovery of tables that of its side schema.',
    headers: idempotencyHeaders,
    path: id,
    body: { schema: discardBody, required: false, example: { confirm: 'production' } },
    answers: { 202: { description: 'The discard.', schema: startedSchema } },
  },
};

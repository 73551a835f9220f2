import { z } from 'zod';

/** A kind is one workflow. */
export const runKinds = [
  'backup',
  'restore',
  'recover',
  'verify',
  'transfer',
  'drill',
  'rollback',
  'discard',
  'sweep',
  'prune',
] as const;

export type RunKind = (typeof runKinds)[number];

/** What a run is about. `run.json`, written once when the run opens. */
export const runRecordSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(runKinds),
  /** Connection names only, never a URL. */
  connection: z.string().nullable(),
  target: z.string().nullable(),
  backup: z.string().nullable(),
  startedAt: z.iso.datetime(),
  /** The event that started it, and the run's name in the durable engine. */
  eventId: z.string(),
  engineRunId: z.string(),
  /** The run that this one is a part of. */
  parent: z.string().nullable().default(null),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** An error as records and outcomes carry it: no stack, no secret. */
export const recordedErrorSchema = z.strictObject({
  name: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  exitCode: z.int(),
});
export type RecordedError = z.infer<typeof recordedErrorSchema>;

const attemptSchema = z.strictObject({
  attempt: z.int().nonnegative(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  outcome: z.enum(['completed', 'failed']),
  /** Milliseconds the step waited since its last failed attempt. */
  waitedMs: z.int().nonnegative(),
  error: recordedErrorSchema.nullable(),
});

/** `steps/<n>-<slug>.json`: one step with all its attempts. */
export const stepRecordSchema = z.strictObject({
  n: z.string(),
  slug: z.string(),
  attempts: z.array(attemptSchema),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** An attempt of a step that has begun. */
const stepAtWorkSchema = z.strictObject({ n: z.string(), slug: z.string(), startedAt: z.iso.datetime() });
export type StepAtWork = z.infer<typeof stepAtWorkSchema>;

/** `progress/<lane>.json`: where a lane is; rewritten every few seconds. */
export const progressSchema = z.strictObject({
  lane: z.string(),
  phase: z.string(),
  rows: z.number(),
  bytes: z.number(),
  items: z.number(),
  totalBytes: z.number(),
  totalItems: z.number(),
  updatedAt: z.iso.datetime(),
  /** The step that was at work when this was written. */
  step: stepAtWorkSchema.optional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** `skipped`: its time had come while another run of its kind was under way; nothing was done, and nothing failed. */
export const runStatuses = ['completed', 'refused', 'proof-failed', 'failed', 'cancelled', 'skipped'] as const;

/** `result.json`: closes the run; with it a finished run is one read. */
export const runResultSchema = z.strictObject({
  run: runRecordSchema,
  status: z.enum(runStatuses),
  exitCode: z.int(),
  completedAt: z.iso.datetime(),
  durationMs: z.int().nonnegative(),
  /** Kind-specific: the backup's totals, the proof, the preflight. */
  outcome: z.unknown(),
  error: recordedErrorSchema.nullable(),
  timeline: z.array(stepRecordSchema),
});
export type RunResult = z.infer<typeof runResultSchema>;
export type RunStatus = RunResult['status'];

import { z } from 'zod';
import { cutoverSchema } from '#lib/cutover/cutover.ts';

const leftOut = z.array(z.object({ object: z.string(), reason: z.string() }));

/** `outcome` of a completed backup's result. */
export const backupOutcome = z.object({
  backup: z.string(),
  totals: z.object({
    rows: z.string(),
    bytes: z.string(),
    stored: z.string(),
    newStored: z.string(),
    chunks: z.int(),
  }),
  epochs: z.int(),
  pgDump: z.string(),
  snapshotBranch: z.string().nullable().default(null),
  lanesNote: z.string().nullable().default(null),
});

/** `outcome` of a restore's result that got as far as its proof. */
export const restoreOutcome = z.object({
  backup: z.string(),
  leftOut: leftOut.default([]),
  lanesNote: z.string().nullable().default(null),
});

/** `outcome` of a completed recovery's result. */
export const recoverOutcome = z.object({
  /** The side schema. */
  schema: z.string().nullable().default(null),
  leftOut: leftOut.default([]),
  /** What has ended the comparison with the live tables before its end. */
  notCompared: z.object({ message: z.string() }).nullable().default(null),
});

const backupPart = z.object({
  run: z.string().nullable(),
  backup: z.string().optional(),
  totals: z.object({ rows: z.string(), bytes: z.string() }).optional(),
});

/** `outcome` of a transfer's result; a part that was not begun is missing. */
export const transferOutcome = z.object({
  backup: backupPart.optional(),
  restore: z.object({ run: z.string().nullable(), leftOut: leftOut.optional() }).optional(),
  fenced: z.boolean().default(false),
  writes: z
    .object({ rows: z.number(), tables: z.array(z.object({ table: z.string(), rows: z.number() })) })
    .nullable()
    .default(null),
});

export type TransferOutcome = z.infer<typeof transferOutcome>;

/** `outcome` of a drill's result that got as far as its restore. */
export const drillOutcome = z.object({
  backup: z.string(),
  on: z.string(),
  recoveryMs: z.number().nullable(),
  rtoMs: z.number().nullable(),
  attempts: z.int(),
  restore: z.object({ run: z.string().nullable(), leftOut: leftOut.optional() }),
});

/** `outcome` of a rollback's or a discard's result: whose cut-over it was about. */
export const undoneOutcome = z
  .object({
    rolledBack: z.string().optional(),
    discarded: z.string().optional(),
    walBytes: z.string().nullable().default(null),
    /** The run that has restored the safety backup. */
    restore: z.string().nullable().default(null),
    cutover: cutoverSchema.optional(),
    /** Of a discarded recovery: the schema that was dropped. */
    sideSchema: z.string().nullable().default(null),
    /** Of a failed recovery whose connection is in no config any more: the schema that may still be there. */
    givenUp: z.string().nullable().default(null),
  })
  .transform(({ rolledBack, discarded, ...rest }) => ({ subject: rolledBack ?? discarded, ...rest }));

/** `outcome` of a sweep's result. */
export const sweepOutcome = z.object({
  actions: z.array(z.object({ run: z.string(), action: z.string(), because: z.string() })),
  failures: z.array(z.string()),
  /** What runs have left that nothing but a person can take away now. */
  left: z.array(z.string()).default([]),
});

const check = z.object({
  name: z.string(),
  object: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  hint: z.string(),
});

const refusedPart = z.union([
  z.object({ preflight: z.array(check) }).transform(({ preflight }) => preflight),
  z.object({ preflight: z.object({ checks: z.array(check) }) }).transform(({ preflight }) => preflight.checks),
]);

/** `outcome` of a run that its preflight refused, or that of a part of it; a backup's has the checks one level deeper. */
export const refusedOutcome = z.union([
  refusedPart,
  z.object({ restore: refusedPart }).transform(({ restore }) => restore),
  z.object({ backup: refusedPart }).transform(({ backup }) => backup),
]);

import { eventType } from 'inngest';
import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';
import { strategyNames } from '#lib/cutover/cutover.ts';
import { longestPattern, mostPatterns } from '#lib/recovery/choice/table-pattern.ts';
import { type RunKind, runKinds, runStatuses } from '#lib/runs/run-record.ts';

/** A commit by its SHA (of 40 or 64 digits, or the beginning of one), and the branch or tag. */
const gitSchema = z.strictObject({
  sha: z
    .string()
    .regex(/^[0-9a-f]{4,64}$/)
    .optional(),
  ref: z.string().min(1).max(255).optional(),
});

/** What is named in a request, a run, a backup or a schema, is short: the log and the records keep it. */
const longestName = 200;
const name = z.string().min(1).max(longestName);

const parentStep = z.string().regex(/^[^/]+\/[a-z0-9-]+$/);

/** Asks for a backup of a connection. Sent by the CLI, hooks, schedules, and other services. */
export const backupRequested = eventType('holdfast/backup.requested', {
  schema: z.object({
    connection: connectionName,
    /** A word of the person's, kept with the backup. */
    label: z.string().max(200).optional(),
    lanes: z.int().min(1).max(16).optional(),
    pgDump: z.enum(['auto', 'native', 'wasm']).optional(),
    /** What is being deployed, where the sender knows; goes before what the environment tells. */
    git: gitSchema.optional(),
    /** The step of a run that this run is, `<run>/<step>`. */
    parent: parentStep.optional(),
  }),
});

/** Asks for a restore of a backup into a connection. */
export const restoreRequested = eventType('holdfast/restore.requested', {
  schema: z.object({
    /** A backup id, the beginning of one, or `latest`. */
    backup: name,
    /** Narrows `latest` to one connection. */
    from: connectionName.optional(),
    to: connectionName,
    lanes: z.int().min(1).max(16).optional(),
    proof: z.enum(['content', 'counts']).optional(),
    /** The name of `to` once more: without it nothing goes into a protected connection, and no content is replaced. */
    confirm: z.string().max(longestName).optional(),
    /** How the copy goes live; chosen by the target where it is not given. */
    strategy: z.enum(strategyNames).optional(),
    /** Allows `in-place` into a target that holds something: a safety backup of it comes first. */
    replace: z.boolean().optional(),
    /** `false`: the proven copy stays beside the live database. */
    cutover: z.boolean().optional(),
    /** Waits after the proof for `holdfast/run.approved`. */
    requireApproval: z.boolean().optional(),
    /** Keeps a copy whose proof failed, to look at. */
    keepStaging: z.boolean().optional(),
    /** With `cutover: false`: the proven copy is dropped again, and the recovery time is kept with the backup. */
    drill: z.boolean().optional(),
    /** The step of a run that this run is, `<run>/<step>`. */
    parent: parentStep.optional(),
  }),
});

/** Asks for some tables of a backup in a side schema of the live database, and how the live tables differ. */
export const recoverRequested = eventType('holdfast/recover.requested', {
  schema: z.object({
    /** A backup id, the beginning of one, or `latest`. */
    backup: name,
    /** Narrows `latest` to one connection. */
    from: connectionName.optional(),
    to: connectionName,
    /** Patterns: `orders`, `public.orders`, `shop.*`, `"Odd Name"`. */
    tables: z.array(z.string().min(1).max(longestPattern)).min(1).max(mostPatterns),
    /** The side schema: a new one. */
    schema: name,
    lanes: z.int().min(1).max(16).optional(),
    /** The name of `to` once more: without it nothing goes into a protected connection. */
    confirm: z.string().max(longestName).optional(),
  }),
});

/** Asks for backup, restore, proof and cut-over from one connection to another, as one run. */
export const transferRequested = eventType('holdfast/transfer.requested', {
  schema: z.object({
    from: connectionName,
    to: connectionName,
    /** Makes the source read-only, so that nothing is written to the old home; lifted where the transfer fails. */
    fence: z.boolean().optional(),
    lanes: z.int().min(1).max(16).optional(),
    proof: z.enum(['content', 'counts']).optional(),
    confirm: z.string().max(longestName).optional(),
    strategy: z.enum(strategyNames).optional(),
    replace: z.boolean().optional(),
    requireApproval: z.boolean().optional(),
    keepStaging: z.boolean().optional(),
  }),
});

/** Asks to bring back what a run has put aside. */
export const rollbackRequested = eventType('holdfast/rollback.requested', {
  schema: z.object({
    /** The run whose cut-over is taken back. */
    run: name,
    /** The target's name once more, where it is protected. */
    confirm: z.string().max(longestName).optional(),
  }),
});

/** Asks to drop what a run has put aside. */
export const discardRequested = eventType('holdfast/discard.requested', {
  schema: z.object({
    run: name,
    /** The target's name once more, of a recovery of tables its side schema; `POST /api/v1/events` asks for it. */
    confirm: z.string().max(longestName).optional(),
  }),
});

/** Asks to take away what is kept long enough, and what dead runs have left. */
export const sweepRequested = eventType('holdfast/sweep.requested', { schema: z.object({}) });

/** Asks to remove the backups that no rule keeps, and to sweep what no backup needs. */
export const pruneRequested = eventType('holdfast/prune.requested', {
  schema: z.object({
    /** Only backups of this connection are removed; chunks are swept of all. */
    connection: connectionName.optional(),
  }),
});

/** Lets a run that waits for approval go live. */
export const runApproved = eventType('holdfast/run.approved', { schema: z.object({ run: name }) });

/** Asks for a reading of every object of a backup, or of a part of them. */
export const verifyRequested = eventType('holdfast/verify.requested', {
  schema: z.object({
    backup: name,
    from: connectionName.optional(),
    /** Percent of the stored bytes to be read, drawn by size; all where it is not given. */
    sample: z.number().positive().max(100).optional(),
  }),
});

/** Asks for a restore to staging with a proof and no cut-over. */
export const drillRequested = eventType('holdfast/drill.requested', {
  schema: z.object({
    connection: connectionName,
    /** A backup id, the beginning of one, or `latest`. */
    backup: name.optional(),
    /** The connection beside whose database the copy is built; else the config's `drill.on`, else a scratch server. */
    to: connectionName.optional(),
    lanes: z.int().min(1).max(16).optional(),
  }),
});

/** Ends the run that the named event started, at its next step. */
export const runCancelled = eventType('holdfast/run.cancelled', {
  schema: z.object({ run: name, eventId: z.string().min(1).max(300) }),
});

const outcomeSchema = z.object({
  run: z.string(),
  kind: z.enum(runKinds),
  status: z.enum(runStatuses),
  exitCode: z.int(),
  connection: z.string().nullable(),
  target: z.string().nullable(),
  backup: z.string().nullable(),
  message: z.string(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** A schedule's time had come while a run of its kind and connection was under way: nothing was begun. */
export const runSkipped = eventType('holdfast/run.skipped', { schema: outcomeSchema });

/** Asks for people to be told how a run has ended; sent with its outcome. */
export const notifyRequested = eventType('holdfast/notify.requested', { schema: outcomeSchema });

/** Asks to look whether backups are overdue, without waiting for the next time. */
export const overdueRequested = eventType('holdfast/overdue.requested', { schema: z.object({}) });

/** How each workflow ends; other services react to these. */
export const outcomes = {
  backup: outcomeEvents('backup'),
  restore: outcomeEvents('restore'),
  recover: outcomeEvents('recover'),
  verify: outcomeEvents('verify'),
  transfer: outcomeEvents('transfer'),
  drill: outcomeEvents('drill'),
  rollback: outcomeEvents('rollback'),
  discard: outcomeEvents('discard'),
  sweep: outcomeEvents('sweep'),
  prune: outcomeEvents('prune'),
} as const;

function outcomeEvents<K extends RunKind>(kind: K) {
  return {
    completed: eventType(`holdfast/${kind}.completed`, { schema: outcomeSchema }),
    failed: eventType(`holdfast/${kind}.failed`, { schema: outcomeSchema }),
  };
}

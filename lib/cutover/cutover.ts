import { z } from 'zod';
import { placeSchema } from '#lib/postgres/place.ts';

export const strategyNames = ['database-swap', 'neon-branch', 'in-place'] as const;
export type StrategyName = (typeof strategyNames)[number];

const oid = z.string();

/** Names and identities on the server: names may be taken again by others, an oid is never given to another database. */
const databaseSwap = z.strictObject({
  strategy: z.literal('database-swap'),
  /** A database of the server that takes part in nothing; the renames are done from there. */
  maintenance: z.string(),
  live: z.string(),
  liveOid: oid,
  staging: z.string(),
  /** `null` until the staging database is made. */
  stagingOid: oid.nullable(),
  /** What the live database is called after the cut-over. */
  before: z.string(),
  /** What the restored database is called after a rollback. */
  rolledBack: z.string(),
});

const neonBranch = z.strictObject({
  strategy: z.literal('neon-branch'),
  project: z.string(),
  /** The target branch: its id, and its name for people. */
  branch: z.string(),
  branchName: z.string(),
  /** The target's database; the copy takes its place in the child branch, under the same name. */
  database: z.string(),
  liveOid: oid,
  /** Drawn by lot, as lines of history that part count on alike: whoever serves this oid serves the run's copy. */
  stagingOid: oid,
  /** A database of the branch that takes part in nothing; from there the child's database is made anew. */
  maintenance: z.string(),
  stagingName: z.string(),
  /** `null` until the child branch is made. */
  stagingBranch: z.string().nullable(),
  /** What the target branch's former state is called after the cut-over (`preserve_under_name`). */
  preservedName: z.string(),
  /** The branch that holds that state; known after the cut-over. */
  preservedBranch: z.string().nullable(),
  /** What the restored state is called after a rollback. */
  rolledBackName: z.string(),
  rolledBackBranch: z.string().nullable(),
});

const inPlace = z.strictObject({
  strategy: z.literal('in-place'),
  /** What the target held is to be replaced: a safety backup of it comes first and is the rollback. */
  replace: z.boolean(),
  safetyBackup: z.strictObject({ connection: z.string(), backupId: z.string() }).nullable(),
});

/** What a strategy needs to remember of one run. */
const cutoverDetailsSchema = z.discriminatedUnion('strategy', [databaseSwap, neonBranch, inPlace]);
export type DatabaseSwap = z.infer<typeof databaseSwap>;
export type NeonBranch = z.infer<typeof neonBranch>;
export type InPlace = z.infer<typeof inPlace>;

/** How far a cut-over is. The server has the last word: every verb looks there first. */
const cutoverStates = ['planned', 'staged', 'live', 'rolled-back', 'discarded'] as const;

/** `runs/<run>/cutover.json`: what a run puts beside the live database, and how to come back. */
export const cutoverSchema = z.strictObject({
  run: z.string(),
  /** The target connection's name. */
  target: z.string(),
  /** One line: why this strategy, e.g. `role app can create databases`. */
  because: z.string(),
  state: z.enum(cutoverStates),
  details: cutoverDetailsSchema,
  /** Where the copy is built; `null` until it is made. */
  staging: placeSchema.nullable(),
  /** Where the former content of the target is since the cut-over, or the restored one since a rollback. */
  putAside: placeSchema.nullable(),
  cutOverAt: z.iso.datetime().nullable(),
  /** How long no client could work; `null` where the process that measured it was killed. */
  interruptionMs: z.number().nullable(),
  /** WAL position right after the cut-over, from which writes are counted; `null` where the server does not tell it. */
  cutOverLsn: z.string().nullable(),
  /** What could not be carried over to the new database, for people. */
  notes: z.array(z.string()),
});
export type Cutover = z.infer<typeof cutoverSchema>;

import { z } from 'zod';

const deletionSchema = z.strictObject({
  deleted: z.int(),
  /** Kept as former versions by a bucket that has them. */
  hidden: z.int(),
  /** Still there: Object Lock, a retention time, a legal hold. */
  locked: z.array(z.string()),
  failed: z.array(z.strictObject({ key: z.string(), code: z.string(), reason: z.string() })),
});

/** What a prune leaves in its run's result. */
export const pruneOutcomeSchema = z.strictObject({
  /** Backups: those the plan keeps, those that were removed, those that somebody took up after it was made. */
  kept: z.int(),
  removed: z.int(),
  spared: z.int(),
  /** The ids of those the plan let go; the first of them where they are many. */
  removedBackups: z.array(z.string()),
  /** Chunks that no backup names, and how many bytes of them were old enough to go. */
  garbage: z.strictObject({
    chunks: z.int(),
    bytes: z.int(),
    young: z.strictObject({ chunks: z.int(), bytes: z.int() }),
  }),
  swept: z.int(),
  /** Why no chunk was swept; `null` where all was. */
  heldBack: z.string().nullable(),
  leftovers: z.int(),
  runs: z.int(),
  /** What the store did not give up, of everything together. */
  objects: deletionSchema,
});
export type PruneOutcome = z.infer<typeof pruneOutcomeSchema>;

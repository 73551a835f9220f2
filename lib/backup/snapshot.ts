import { z } from 'zod';

const moment = {
  /** What was committed before this moment is in the snapshot. */
  takenAt: z.string(),
  /** The WAL position at the snapshot; `null` where the server does not tell it. */
  lsn: z.string().nullable(),
};

const heldSnapshot = z.strictObject({
  kind: z.literal('session'),
  /** Its identifier, by which other sessions import it. */
  id: z.string(),
  /** The holding session, `pid backend_start`: `id` alone is given out again after a crash of the server. */
  holder: z.string(),
  ...moment,
});

const branchSnapshot = z.strictObject({
  kind: z.literal('branch'),
  /** `pg_current_snapshot()` of the branch: as long as it stays the same, no transaction has written there. */
  seen: z.string(),
  ...moment,
});

/**
 * What a backup reads under, as steps pass it on: an exported snapshot, which lives as long as the session that holds it,
 * or a branch that nobody writes to, which needs none.
 */
export const snapshotSchema = z.discriminatedUnion('kind', [heldSnapshot, branchSnapshot]);
export type Snapshot = z.infer<typeof snapshotSchema>;
export type HeldSnapshot = z.infer<typeof heldSnapshot>;
export type UnwrittenBranch = z.infer<typeof branchSnapshot>;

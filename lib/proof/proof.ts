import { z } from 'zod';

/** One thing that was compared. `actual` is the copy's. */
const proofCheckSchema = z.strictObject({
  name: z.string(),
  object: z.string(),
  /** The manifest's; of a critical query with `expect`, what the config demands. */
  expected: z.string(),
  actual: z.string(),
  /** Of a critical query with `expect`: what the source itself answered in the backup's snapshot. */
  source: z.string().optional(),
  passed: z.boolean(),
});
export type ProofCheck = z.infer<typeof proofCheckSchema>;

/** The comparison of a restored database with its manifest: data, not a log. */
export const proofSchema = z.strictObject({
  passed: z.boolean(),
  /** `content`: every row's digest was compared; `counts`: numbers of rows only. */
  level: z.enum(['content', 'counts']),
  checks: z.array(proofCheckSchema),
});
export type Proof = z.infer<typeof proofSchema>;

/** What was read back of one table, or of a part of it. */
const tableReadingSchema = z.strictObject({
  /** Its number in the proof's plan: a part that was read twice counts once. */
  part: z.int(),
  table: z.int(),
  rows: z.string(),
  bytes: z.string(),
  /** Absent where only rows were counted. */
  digest: z.string().nullable(),
});
export type TableReading = z.infer<typeof tableReadingSchema>;
export const tableReadingsSchema = z.array(tableReadingSchema);

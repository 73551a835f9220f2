import { z } from 'zod';

/** One statement with its ledger item and its name for people. */
const statement = z.strictObject({ item: z.string(), object: z.string(), sql: z.string() });
export type RestoreStatement = z.infer<typeof statement>;

/**
 * `restore-plan.json` in the run's folder. A wave is what may run at one time: groups in parallel, statements of a
 * group in order.
 */
export const restorePlanSchema = z.strictObject({
  preData: z.array(statement),
  /** Chunks of each lane. */
  rows: z.array(z.array(z.strictObject({ table: z.int(), chunk: z.int() }))),
  waves: z.array(z.strictObject({ name: z.string(), lanes: z.array(z.array(z.array(statement))) })),
  /** Run in one transaction with the removal of the ledger: event triggers must not see the restore. */
  last: z.array(statement),
  leftOut: z.array(z.strictObject({ object: z.string(), reason: z.string() })),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

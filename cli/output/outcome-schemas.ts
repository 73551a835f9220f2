import { z } from 'zod';

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
});

/** `outcome` of a restore's result that got as far as its proof. */
export const restoreOutcome = z.object({ backup: z.string(), leftOut: leftOut.default([]) });

/** `outcome` of a completed recovery's result. */
export const recoverOutcome = z.object({ leftOut: leftOut.default([]) });

const check = z.object({
  name: z.string(),
  object: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  hint: z.string(),
});

/** `outcome` of a run that its preflight refused; a backup's has the checks one level deeper. */
export const refusedOutcome = z.union([
  z.object({ preflight: z.array(check) }).transform(({ preflight }) => preflight),
  z.object({ preflight: z.object({ checks: z.array(check) }) }).transform(({ preflight }) => preflight.checks),
]);

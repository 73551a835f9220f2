import { z } from 'zod';

const count = z.int().min(0).max(100_000).default(0);

/** Which backups are kept, as people write it: each rule by itself, and a backup stays that any rule keeps. */
export const retentionSchema = z
  .strictObject({
    /** The newest n. */
    keepLast: count,
    /** The newest of each of the last n hours, days, weeks, months, years that have one. */
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    /** All that are not older than this before the newest one, e.g. `14d`. */
    keepWithin: z.string().optional(),
  })
  .refine(({ keepWithin, ...counts }) => keepWithin !== undefined || Object.values(counts).some((n) => n > 0), {
    message:
      'these rules keep no backup; say at least one of keepLast, hourly, daily, weekly, monthly, yearly, keepWithin, or leave retention out to keep all',
  });

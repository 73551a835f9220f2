import { z } from 'zod';

/** `sample`: percent of the stored bytes; everything where it is not given. */
export const verifyBody = z.strictObject({ sample: z.number().positive().max(100).optional() });

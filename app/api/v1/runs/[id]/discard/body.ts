import { z } from 'zod';

/** `confirm`: the target's name; of a recovery of tables that of its side schema. */
export const discardBody = z.strictObject({ confirm: z.string().max(200).optional() });

import { z } from 'zod';

/** What the request says. */
export const pinBody = z.strictObject({ reason: z.string().trim().min(1).max(200).nullable().default(null) });

import { z } from 'zod';

/** What the request says. */
export const testBody = z.strictObject({ channel: z.string().min(1).max(200).optional() });

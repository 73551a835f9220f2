import { z } from 'zod';

/** What the request says. */
export const exportQuery = z.object({
  format: z.enum(['sql', 'csv', 'json']),
  table: z.string().min(1).max(300).optional(),
});

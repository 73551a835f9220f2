import { z } from 'zod';

/** The inventory as it is stored: what must be there, and valid, in the copy too. */
export const inventorySchema = z.array(
  z.strictObject({
    type: z.enum(['index', 'constraint', 'policy', 'trigger', 'row security', 'rule', 'event trigger']),
    object: z.string(),
    valid: z.boolean(),
    detail: z.string(),
  }),
);

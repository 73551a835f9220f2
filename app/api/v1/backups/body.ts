import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';

/** What the request says. */
export const backupBody = z.strictObject({
  connection: connectionName,
  label: z.string().trim().min(1).max(200).optional(),
});

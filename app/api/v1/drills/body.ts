import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';

/** `backup`: an id, the beginning of one, or `latest`; `to`: the connection beside whose database the copy is built. */
export const drillBody = z.strictObject({
  connection: connectionName,
  backup: z.string().min(1).max(100).default('latest'),
  to: connectionName.optional(),
});

import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';

/** What the request says. */
export const prunePreviewBody = z.strictObject({ connection: connectionName.optional() });

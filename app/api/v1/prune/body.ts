import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';

/** `connection`: only backups of this one are removed; chunks are swept of all. `confirm`: the word. */
export const pruneBody = z.strictObject({ connection: connectionName.optional(), confirm: z.literal('prune') });

import { z } from 'zod';

/** `confirm`: the target's name once more, where it is protected. */
export const rollbackBody = z.strictObject({ confirm: z.string().max(200).optional() });

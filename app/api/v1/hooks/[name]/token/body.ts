import { z } from 'zod';

/** What the request says. `rotate`: in the place of the token there is. */
export const hookTokenBody = z.strictObject({ rotate: z.boolean().optional() });

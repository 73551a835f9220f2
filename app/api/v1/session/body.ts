import { z } from 'zod';

/** What the request says. */
export const credentialsBody = z.union([
  z.strictObject({ token: z.string().min(1).max(1_000) }),
  z.strictObject({ setup: z.string().min(1).max(200) }),
]);

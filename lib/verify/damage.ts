import { z } from 'zod';

/** One damaged object of a backup. */
export const damageSchema = z.strictObject({
  /** The object's key in the repository. */
  key: z.string(),
  /** What it belongs to, as in `table public.players`. */
  owners: z.array(z.string()),
  /** Stable, as of the error family: `object_missing`, `object_truncated`, `object_changed`, `chunk_undecodable`, ... */
  code: z.string(),
  /** What is wrong with it, for people. */
  says: z.string(),
});
export type Damage = z.infer<typeof damageSchema>;

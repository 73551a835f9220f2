import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** `access/hooks/<name>.json`: the token that opens a hook. `hash` is its SHA-256, for the reason of `ApiToken`. */
export const hookTokenSchema = z.strictObject({
  name: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  revokedAt: z.iso.datetime().nullable(),
  revokedBy: z.string().nullable(),
});
export type HookToken = z.infer<typeof hookTokenSchema>;

/** A new token `hfh_<secret>` with a secret of 256 random bits. */
export function mintHookToken(): string {
  return `hfh_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of it. */
export function hashHookToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A token without its hash: what listings show. */
export function withoutHookHash({ hash: _, ...rest }: HookToken): Omit<HookToken, 'hash'> {
  return rest;
}

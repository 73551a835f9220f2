import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';
import { roles } from './role.ts';

/**
 * `access/tokens/<id>.json`. `hash` is the SHA-256 of the whole token. No slow hash is needed: that is for secrets that
 * people choose and that can be guessed one after the other; of 2^256 equally likely secrets nobody finds one, however
 * fast the hash is, and a slow one would cost every request its time.
 */
export const apiTokenSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /** The connections it is limited to; `null`: all. */
  scope: z.array(connectionName).min(1).nullable(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  revokedBy: z.string().nullable(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

/** What a person chooses of a token. */
export const tokenRequestSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}+$/u, 'a name has no control characters'),
  role: z.enum(roles),
  connections: z.array(connectionName).min(1).max(100).nullable().default(null),
  /** How long it is good for, e.g. `90d`; `null`: until it is revoked. */
  expiresIn: z.string().max(20).nullable().default(null),
});
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** How a token stands at a moment. */
export function stateOf(token: ApiToken, now: number): 'active' | 'expired' | 'revoked' {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && Date.parse(token.expiresAt) <= now ? 'expired' : 'active';
}

/** A token without its hash: what listings show. */
export function withoutHash({ hash: _, ...rest }: ApiToken): Omit<ApiToken, 'hash'> {
  return rest;
}

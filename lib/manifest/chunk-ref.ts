import { z } from 'zod';

/** Decimal digits of a number that may pass 2^53. */
export const bigintString = z.string().regex(/^\d+$/);

/** A 64-bit digest as 16 lower-case hex digits; see lib/digest. */
export const digestHex = z.string().regex(/^[0-9a-f]{16}$/);

/** A content name: the SHA-256 (or, encrypted, the HMAC) of the stored bytes, 64 lower-case hex digits. */
export const objectName = z.string().regex(/^[0-9a-f]{64}$/);

/** One chunk as a manifest and the steps name it. `bytes` is COPY text, `stored` what lies in the repository. */
export const chunkRefSchema = z.strictObject({
  name: objectName,
  stored: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  digest: digestHex,
});

export type ChunkRef = z.infer<typeof chunkRefSchema>;

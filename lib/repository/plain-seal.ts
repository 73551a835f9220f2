import { createHash } from 'node:crypto';
import type { ObjectSeal } from './object-seal.ts';

/** Objects stored as they are; chunks are named by the SHA-256 of their bytes in lower-case hex. */
export const plainSeal: ObjectSeal = {
  sealChunk: (parts) => ({ name: hashParts(parts), parts }),
  openChunk: (name, stored) => (hashParts([stored]) === name ? stored : undefined),
  sealDocument: (_key, content) => [content],
  openDocument: (_key, stored) => stored,
};

function hashParts(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import type { ObjectSeal } from './object-seal.ts';

/** Chunks stored as they are, named by the SHA-256 of their bytes in lower-case hex. */
export const plainSeal: ObjectSeal = {
  sealChunk: (parts) => ({ name: hashParts(parts), parts }),
  openChunk: (name, stored) => (hashParts([stored]) === name ? stored : undefined),
};

function hashParts(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

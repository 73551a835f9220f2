import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
export const nonceBytes = 12;
export const tagBytes = 16;

/** What GCM is given beside the text; `aad` is authenticated and not stored. */
interface GcmOptions {
  key: KeyObject;
  /** 12 bytes. The same key and nonce must never meet two texts, nor two `aad` (NIST SP 800-38D, 8). */
  nonce: Uint8Array;
  aad: Uint8Array;
}

/** AES-256-GCM over the parts, one after the other: their ciphertext, of the same lengths, and the tag. */
export function encryptGcm(
  parts: readonly Uint8Array[],
  { key, nonce, aad }: GcmOptions,
): { parts: Uint8Array[]; tag: Buffer } {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  const encrypted: Uint8Array[] = parts.map((part) => cipher.update(part));
  cipher.final();
  return { parts: encrypted, tag: cipher.getAuthTag() };
}

/** The text, or `undefined` where text, tag, nonce, `aad` or key are not those it was encrypted with. */
export function decryptGcm(
  { text, tag }: { text: Uint8Array; tag: Uint8Array },
  { key, nonce, aad }: GcmOptions,
): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  const plain = decipher.update(text);
  try {
    decipher.final();
  } catch {
    // The only thing `final` has to say of GCM: the tag does not match.
    return undefined;
  }
  return plain;
}

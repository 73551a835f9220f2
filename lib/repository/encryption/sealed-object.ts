import { createHmac } from 'node:crypto';
import { decryptGcm, encryptGcm, nonceBytes, tagBytes } from './aes-gcm.ts';
import type { RepositoryKey } from './repository-key.ts';

// docs/repository-format.md, "Sealed objects": magic, key id, nonce, ciphertext, tag.
const magic = Buffer.from('HFSEAL1\n');
const idBytes = 8;
const headerBytes = magic.length + idBytes;
const textAt = headerBytes + nonceBytes;

/** The id of the key that stored bytes are sealed under, in hex; `undefined` where they are no sealed object. */
export function readKeyId(stored: Buffer): string | undefined {
  if (stored.length < textAt + tagBytes || !stored.subarray(0, magic.length).equals(magic)) return undefined;
  return stored.subarray(magic.length, headerBytes).toString('hex');
}

/**
 * Seals content for one context: what is sealed for another does not open here. The same key, context and content give
 * the same bytes. `mac` stands for context and content; names are made from it.
 *
 * The nonce is made from the content and the context. So one nonce meets one text and one `aad` only, and what GCM must
 * never see, two texts under one nonce, would take two contents of one 96-bit MAC.
 */
export function sealObject(
  key: RepositoryKey,
  { context, parts }: { context: string; parts: readonly Uint8Array[] },
): { parts: Uint8Array[]; mac: Buffer } {
  const header = Buffer.concat([magic, Buffer.from(key.id, 'hex')]);
  const mac = macOf(key, { context, parts });
  const nonce = mac.subarray(0, nonceBytes);
  const encrypted = encryptGcm(parts, { key: key.encryption, nonce, aad: aadOf(header, context) });
  return { parts: [header, nonce, ...encrypted.parts, encrypted.tag], mac };
}

/** The content, or `undefined` where the bytes are not what was sealed under this key for this context. */
export function openObject(
  key: RepositoryKey,
  { context, stored }: { context: string; stored: Buffer },
): { content: Buffer; mac: Buffer } | undefined {
  if (readKeyId(stored) !== key.id) return undefined;
  const nonce = stored.subarray(headerBytes, textAt);
  const text = stored.subarray(textAt, stored.length - tagBytes);
  const tag = stored.subarray(stored.length - tagBytes);
  const aad = aadOf(stored.subarray(0, headerBytes), context);
  const content = decryptGcm({ text, tag }, { key: key.encryption, nonce, aad });
  if (content === undefined) return undefined;
  const mac = macOf(key, { context, parts: [content] });
  return mac.subarray(0, nonceBytes).equals(nonce) ? { content, mac } : undefined;
}

function macOf(key: RepositoryKey, { context, parts }: { context: string; parts: readonly Uint8Array[] }): Buffer {
  const hmac = createHmac('sha256', key.nonce);
  // The length stands before the context, so that context and content cannot run into each other.
  const name = Buffer.from(context);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  hmac.update(length).update(name);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

function aadOf(header: Uint8Array, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context)]);
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import type { RepositoryKey } from '#lib/repository/encryption/repository-key.ts';
import { openObject, readKeyId, sealObject } from '#lib/repository/encryption/sealed-object.ts';
import type { Manifest } from './manifest.ts';
import { type Outline, outlineOf, outlineSchema } from './outline.ts';

const form = /^\{"hmac":"([0-9a-f]{64})",("outline":\{.*\},"sealed":"[A-Za-z0-9+/]+={0,2}")\}\n$/s;
const envelopeSchema = z.strictObject({
  hmac: z.string(),
  outline: outlineSchema.extend({ keyId: z.string() }),
  sealed: z.base64(),
});

/**
 * The bytes of a manifest under a key: `{"hmac": <of the text that follows>, "outline": {...}, "sealed": "<base64>"}`.
 * `objectKey` is where it lies: at another place it does not open.
 */
export function encryptManifest(
  manifest: Manifest,
  { key, objectKey }: { key: RepositoryKey; objectKey: string },
): Buffer {
  const text = Buffer.from(JSON.stringify(manifest));
  const sealed = Buffer.concat(sealObject(key, { context: objectKey, parts: [text] }).parts).toString('base64');
  const body = `"outline":${JSON.stringify(outlineOf(manifest, key.id))},"sealed":"${sealed}"`;
  return Buffer.from(`{"hmac":"${macOf(key, body)}",${body}}\n`);
}

/** An encrypted manifest, parsed and no more: nothing in it is authentic before `decryptManifest`. */
export interface EncryptedManifest {
  outline: Outline & { keyId: string };
  hmac: string;
  /** What the HMAC is of. */
  body: string;
  sealed: Buffer;
}

/** Reads the envelope; `undefined` where the bytes are none. */
export function parseEncryptedManifest(bytes: Buffer): EncryptedManifest | undefined {
  const text = bytes.toString('utf8');
  const [, hmac, body] = form.exec(text) ?? [];
  if (hmac === undefined || body === undefined) return undefined;
  const envelope = envelopeSchema.safeParse(parseJson(text));
  if (!envelope.success) return undefined;
  const sealed = Buffer.from(envelope.data.sealed, 'base64');
  // The id stands twice, so that a changed one is told from one whose key is not given.
  return readKeyId(sealed) === envelope.data.outline.keyId
    ? { outline: envelope.data.outline, hmac, body, sealed }
    : undefined;
}

/**
 * The manifest's text, or `undefined` where a byte was changed or it was written for another place.
 * @throws RefusedError where its key is not among those given.
 */
export function decryptManifest(
  { outline, hmac, body, sealed }: EncryptedManifest,
  { keys, objectKey }: { keys: KeyRing; objectKey: string },
): string | undefined {
  const key = keys.find(outline.keyId, objectKey);
  if (!timingSafeEqual(Buffer.from(hmac), Buffer.from(macOf(key, body)))) return undefined;
  return openObject(key, { context: objectKey, stored: sealed })?.content.toString('utf8');
}

function macOf(key: RepositoryKey, body: string): string {
  return createHmac('sha256', key.manifest).update(body).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller reports the object as damaged.
    return undefined;
  }
}

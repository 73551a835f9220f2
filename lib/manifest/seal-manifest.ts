import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import type { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import { decryptManifest, encryptManifest, parseEncryptedManifest } from './encrypted-manifest.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { type KnownOutline, outlineOf } from './outline.ts';

const nameLength = 64;
const hexName = /^[0-9a-f]{64}$/;

const formatOnly = z.object({ format: z.number() });

/** Where a manifest lies, and the keys of its repository; `null`: a plain one. */
export interface ManifestPlace {
  key: string;
  keys: KeyRing | null;
}

/**
 * The manifest's bytes. Plain: `{"sha256": <of the JSON text of "manifest">, "manifest": {...}}`; encrypted: see
 * encrypted-manifest.ts. @throws RefusedError where the repository is encrypted and no key is set.
 */
export function sealManifest(manifest: Manifest, { key, keys }: ManifestPlace): Buffer {
  if (keys !== null) return encryptManifest(manifest, { key: keys.requireCurrent(key), objectKey: key });
  const text = JSON.stringify(manifest);
  return Buffer.from(`{"sha256":"${hash(text)}","manifest":${text}}\n`);
}

/**
 * Reads a sealed manifest; `key` names it in messages.
 * @throws DamagedError where a byte was changed, RefusedError where a newer Holdfast wrote it or its key is not given.
 */
export function openManifest(bytes: Buffer, { key, keys }: ManifestPlace): Manifest {
  const json = parseJson(openText(bytes, { key, keys }));
  const format = formatOnly.safeParse(json);
  if (format.success && format.data.format > 1) {
    throw new RefusedError(`${key} has format ${format.data.format}; this Holdfast reads format 1.`, {
      code: 'newer_format',
      hint: 'Upgrade Holdfast to the version that wrote the backup.',
    });
  }
  const manifest = manifestSchema.safeParse(json);
  if (manifest.success) return manifest.data;
  throw new DamagedError(`${key} is no manifest of format 1: ${z.prettifyError(manifest.error)}`, {
    code: 'manifest_damaged',
    hint: 'Take another backup of `holdfast list`.',
    cause: manifest.error,
  });
}

/**
 * The names of all objects a manifest names, and perhaps more: every text in it that has the form of a name's field. For
 * who has to read many manifests and must miss no name: the seal is checked, the rest is not parsed, which takes a tenth
 * of the time. @throws what openManifest throws of its seal and its format.
 */
export function openObjectNames(bytes: Buffer, place: ManifestPlace): string[] {
  const text = openText(bytes, place);
  // The first field of every manifest, as it is written; of another form it is read the long way.
  if (!text.startsWith('{"format":1,')) {
    openManifest(bytes, place);
    throw changed(place.key, place.keys);
  }
  const names: string[] = [];
  const field = '"name":"';
  for (let at = text.indexOf(field); at >= 0; at = text.indexOf(field, at + field.length)) {
    const begin = at + field.length;
    if (text[begin + nameLength] !== '"') continue;
    const name = text.slice(begin, begin + nameLength);
    if (hexName.test(name)) names.push(name);
  }
  return names;
}

/** The checked text of the manifest. @throws DamagedError, RefusedError where its key is not given. */
function openText(bytes: Buffer, { key, keys }: ManifestPlace): string {
  const text = keys === null ? openPlain(bytes) : openEncrypted(bytes, { key, keys });
  if (text === undefined) throw changed(key, keys);
  return text;
}

/**
 * What a manifest tells to everybody. Where its key is given, or it is plain, it was checked whole; else `checked` is
 * false, and the outline is what the store says. @throws DamagedError, RefusedError (newer format).
 */
export function openOutline(bytes: Buffer, { key, keys }: ManifestPlace): KnownOutline {
  const parsed = keys === null ? undefined : parseEncryptedManifest(bytes);
  if (keys !== null && parsed && !keys.has(parsed.outline.keyId)) {
    return { ...parsed.outline, checked: false, database: null };
  }
  const manifest = openManifest(bytes, { key, keys });
  const { database } = manifest.source;
  return { ...outlineOf(manifest, parsed?.outline.keyId ?? null), checked: true, database };
}

/** The text of the manifest, where the SHA-256 that stands before it is its own. */
function openPlain(bytes: Buffer): string | undefined {
  // The hash is over the stored text itself, so that no re-serialisation has to come out the same.
  const [, sha256, body] = /^\{"sha256":"([0-9a-f]{64})","manifest":(.*)\}\n$/s.exec(bytes.toString('utf8')) ?? [];
  return body !== undefined && hash(body) === sha256 ? body : undefined;
}

/** In an encrypted repository a plain manifest is a forged one. */
function openEncrypted(bytes: Buffer, { key, keys }: { key: string; keys: KeyRing }): string | undefined {
  const parsed = parseEncryptedManifest(bytes);
  return parsed && decryptManifest(parsed, { keys, objectKey: key });
}

function changed(key: string, keys: KeyRing | null): DamagedError {
  const why = keys === null ? 'its SHA-256 does not match' : 'its seal does not match';
  return new DamagedError(`${key} was changed after it was written: ${why}.`, {
    code: 'manifest_damaged',
    hint: 'Do not restore from it; take another backup of `holdfast list`, or the bucket’s own version history.',
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller reports the object as damaged.
    return undefined;
  }
}

import { createHmac } from 'node:crypto';
import type { ObjectSeal } from '#lib/repository/object-seal.ts';
import type { KeyRing } from './key-ring.ts';
import { isPublicObject } from './public-objects.ts';
import type { RepositoryKey } from './repository-key.ts';
import { openObject, readKeyId, sealObject } from './sealed-object.ts';

/** No object has an empty key: no document is ever sealed for this context. */
const chunkContext = '';

/**
 * AES-256-GCM under the ring's keys. A chunk's name is an HMAC of its content, so that equal content meets under one
 * key, and never under two. Anything else is sealed for the key it lies under, unless that is declared public.
 */
export function createEncryptedSeal(ring: KeyRing): ObjectSeal {
  return {
    sealChunk(parts) {
      const key = ring.requireCurrent('A chunk');
      const sealed = sealObject(key, { context: chunkContext, parts });
      return { name: nameOf(key, sealed.mac), parts: sealed.parts };
    },
    openChunk(name, stored) {
      const id = readKeyId(stored);
      // Who knows a chunk's name has opened its manifest: an id that nobody was given a key for is damage.
      if (id === undefined || !ring.has(id)) return undefined;
      const key = ring.find(id, name);
      const opened = openObject(key, { context: chunkContext, stored });
      return opened && nameOf(key, opened.mac) === name ? opened.content : undefined;
    },
    sealDocument(objectKey, content) {
      if (isPublicObject(objectKey)) return [content];
      return sealObject(ring.requireCurrent(objectKey), { context: objectKey, parts: [content] }).parts;
    },
    openDocument(objectKey, stored) {
      if (isPublicObject(objectKey)) return stored;
      const id = readKeyId(stored);
      return id === undefined
        ? undefined
        : openObject(ring.find(id, objectKey), { context: objectKey, stored })?.content;
    },
  };
}

function nameOf(key: RepositoryKey, mac: Buffer): string {
  return createHmac('sha256', key.name).update(mac).digest('hex');
}

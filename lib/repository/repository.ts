import type { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
import type { KeyRing } from './encryption/key-ring.ts';
import type { ObjectSeal } from './object-seal.ts';
import type { ObjectStore } from './object-store.ts';
import type { Codec } from './repository-info.ts';
import { chunkKey } from './repository-keys.ts';

/** What a chunk became: its name, its stored bytes, and whether it had to be uploaded. */
interface StoredChunk {
  name: string;
  stored: number;
  created: boolean;
}

/**
 * The objects of one repository. Chunks are immutable and named by content; everything else is JSON or bytes under a
 * key of `repository-keys.ts`. All methods throw what ObjectStore throws; readers also throw DamagedError. Without the
 * key it needs, each method of an encrypted repository but `hasChunk` and `getBytes` throws RefusedError.
 */
export interface Repository {
  readonly store: ObjectStore;
  readonly location: string;
  readonly codec: Codec;
  /** The keys of an encrypted repository, as far as they are given; `null`: the repository is plain. */
  readonly keys: KeyRing | null;
  /** Stores content once: what is there is not uploaded again. Durable once the promise is fulfilled. */
  putChunk(parts: readonly Uint8Array[]): Promise<StoredChunk>;
  /**
   * The content of a chunk, checked against its name and, where given, its stored size. DamagedError names the key
   * and `object`, for people: what the chunk belongs to, as in `table public.players`.
   */
  getChunk(name: string, expected: { object: string; size?: number }): Promise<Buffer>;
  hasChunk(name: string): Promise<boolean>;
  putJson(key: string, value: unknown, options?: { ifAbsent?: boolean }): Promise<'created' | 'exists'>;
  /** The parsed object, `undefined` where there is none, DamagedError where it does not parse. */
  getJson<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** The bytes as they are stored, sealed or not. */
  getBytes(key: string, range?: readonly [number, number]): Promise<Buffer | undefined>;
}

/** What a repository is made of once its `holdfast.json` has been read. */
interface RepositoryParts {
  store: ObjectStore;
  seal: ObjectSeal;
  codec: Codec;
  keys: KeyRing | null;
  /** Done once before the first chunk of this process is stored. */
  beforeChunks: () => Promise<void>;
}

/** The repository in a store whose `holdfast.json` has been read; `openRepository` is the way in. */
export function createRepository({ store, seal, codec, keys, beforeChunks }: RepositoryParts): Repository {
  const { location } = store;
  let ready: Promise<void> | undefined;
  return {
    store,
    location,
    codec,
    keys,
    async putChunk(content) {
      ready ??= beforeChunks();
      await ready.catch((cause) => {
        ready = undefined;
        throw cause;
      });
      const sealed = seal.sealChunk(content);
      const key = chunkKey(sealed.name);
      const stored = sealed.parts.reduce((sum, part) => sum + part.byteLength, 0);
      if ((await store.put(key, sealed.parts, { ifAbsent: true })) === 'created') {
        return { name: sealed.name, stored, created: true };
      }
      const found = await store.head(key);
      if (found?.size === stored) return { name: sealed.name, stored, created: false };
      // An object of another size under this name is damaged: its content is at hand, so it is put right.
      await store.put(key, sealed.parts);
      return { name: sealed.name, stored, created: true };
    },
    async getChunk(name, expected) {
      const key = chunkKey(name);
      const damaged = (how: { code: string; says: string }): DamagedError =>
        new DamagedError(`${key} in ${location}, which holds rows of ${expected.object}, ${how.says}`, {
          code: how.code,
          hint: 'Restore from another backup. Remove the object, and the next backup of the same data stores it again: what is there with the right size is taken as whole.',
        });
      const bytes = await store.get(key);
      if (bytes === undefined) throw damaged({ code: 'object_missing', says: 'is missing' });
      if (expected.size !== undefined && bytes.length !== expected.size) {
        const says = `has ${bytes.length} bytes instead of ${expected.size}`;
        throw damaged({ code: bytes.length < expected.size ? 'object_truncated' : 'object_changed', says });
      }
      const content = seal.openChunk(name, bytes);
      if (content === undefined) {
        throw damaged({ code: 'object_changed', says: 'does not have the content its name stands for' });
      }
      return content;
    },
    async hasChunk(name) {
      return (await store.head(chunkKey(name))) !== undefined;
    },
    async putJson(key, value, options) {
      return store.put(key, seal.sealDocument(key, Buffer.from(`${JSON.stringify(value, null, 2)}\n`)), options);
    },
    async getJson(key, schema) {
      const stored = await store.get(key);
      if (stored === undefined) return undefined;
      const bytes = seal.openDocument(key, stored);
      if (bytes !== undefined) return parseStoredJson(bytes, { key, location, schema });
      throw new DamagedError(`${key} in ${location} was changed after it was sealed`, {
        code: 'object_changed',
        hint: 'Bring back a copy of the object, or do without the run or check it belongs to.',
      });
    },
    getBytes: (key, range) => store.get(key, range),
  };
}

/** Parses the bytes of a JSON object of the repository; DamagedError names the object and what is wrong in it. */
export function parseStoredJson<T>(bytes: Buffer, object: { key: string; location: string; schema: z.ZodType<T> }): T {
  const damaged = (says: string, cause: unknown): DamagedError =>
    new DamagedError(`${object.key} in ${object.location} ${says}`, {
      code: 'object_unreadable',
      hint: 'The object was changed or cut after it was written; use another backup or bring back a copy of it.',
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw damaged('is not JSON', error);
  }
  const parsed = object.schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw damaged(`does not have the expected form${where}: ${issue?.message ?? 'unknown'}`, parsed.error);
}

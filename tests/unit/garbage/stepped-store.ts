import type { ObjectInfo, ObjectStore } from '#lib/repository/object-store.ts';
import { OutOfTimeError } from '#lib/repository/out-of-time-error.ts';

/** Lets one actor do one operation at the store when it is told to: the way to play every order of two actors. */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #arrived: (() => void) | undefined;
  ended = false;

  /** The actor's side: waits for its turn. */
  async pass(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#arrived?.();
    });
  }

  /** The player's side: resolves when the actor waits at the store or has ended. */
  async stands(): Promise<void> {
    if (this.#waiting.length > 0 || this.ended) return;
    await new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
  }

  letOne(): void {
    this.#arrived = undefined;
    this.#waiting.shift()?.();
  }

  end(): void {
    this.ended = true;
    this.#arrived?.();
  }
}

/** A store in memory that is as consistent as S3: what was written is seen by all that begins later. */
export function createMemoryStore(objects: Map<string, { bytes: Buffer; modified: Date }>): ObjectStore {
  const describe = (key: string): ObjectInfo | undefined => {
    const found = objects.get(key);
    return found && { key, size: found.bytes.length, modified: found.modified };
  };
  return {
    location: 'memory',
    async put(key, parts, options = {}) {
      if (options.ifAbsent === true && objects.has(key)) return 'exists';
      objects.set(key, { bytes: Buffer.concat(parts), modified: new Date() });
      return 'created';
    },
    async putStream(key, parts) {
      const read: Uint8Array[] = [];
      for await (const part of parts) read.push(part);
      const bytes = Buffer.concat(read);
      objects.set(key, { bytes, modified: new Date() });
      return { size: bytes.length };
    },
    get: async (key) => objects.get(key)?.bytes,
    head: async (key) => describe(key),
    async *list(prefix) {
      for (const key of [...objects.keys()].sort()) {
        const info = key.startsWith(prefix) ? describe(key) : undefined;
        if (info) yield info;
      }
    },
    async *listFolders(folder) {
      const below = [...objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
      yield* new Set(below.flatMap((rest) => (rest.includes('/') ? [rest.slice(0, rest.indexOf('/'))] : [])).sort());
    },
    async delete(key) {
      objects.delete(key);
    },
    async deleteMany(keys, { isInTime } = {}) {
      for (const key of keys) {
        if (isInTime?.() === false) throw new OutOfTimeError();
        objects.delete(key);
      }
      return { deleted: keys.length, hidden: 0, locked: [], failed: [] };
    },
  };
}

/** The store as one actor uses it: each operation waits for its turn, and a listing looks at its end once more. */
export function throughTurnstile(store: ObjectStore, turnstile: Turnstile): ObjectStore {
  const one = async <T>(work: () => Promise<T>): Promise<T> => {
    await turnstile.pass();
    return work();
  };
  return {
    ...store,
    put: (key, parts, options) => one(() => store.put(key, parts, options)),
    putStream: (key, parts) => one(() => store.putStream(key, parts)),
    get: (key, range) => one(() => store.get(key, range)),
    head: (key) => one(() => store.head(key)),
    delete: (key) => one(() => store.delete(key)),
    deleteMany: (keys, options) => one(() => store.deleteMany(keys, options)),
    async *list(prefix) {
      await turnstile.pass();
      yield* store.list(prefix);
    },
    async *listFolders(folder) {
      await turnstile.pass();
      yield* store.listFolders(folder);
    },
  };
}

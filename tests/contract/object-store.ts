import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { collect } from '#tests/support/collect.ts';

/** A fresh, empty place; `open` gives another store on it each time, as another process would have. */
export interface StorePlace extends AsyncDisposable {
  open(): ObjectStore;
}

/**
 * What every driver promises. `racesAreDecided` is false for a store that cannot write conditionally: of writers in
 * the same moment several may be told 'created', everything else holds for it too.
 */
export function describeObjectStore(
  name: string,
  driver: { racesAreDecided: boolean; openPlace: () => Promise<StorePlace> },
): void {
  describe(name, () => {
    let place: StorePlace;
    let store: ObjectStore;
    beforeAll(async () => {
      place = await driver.openPlace();
      store = place.open();
    });
    afterAll(() => place[Symbol.asyncDispose]());

    it('gives back what was put, at any size and in any number of parts', async () => {
      const parts = [
        [],
        [Buffer.alloc(0)],
        [Buffer.from('x')],
        [Buffer.alloc(0), Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')],
        Array.from({ length: 3000 }, (_, i) => Buffer.from(`${i},`)),
        [randomBytes(1_048_577)],
        Array.from({ length: 5 }, () => randomBytes(8 * 1024 * 1024)),
      ];
      for (const [index, content] of parts.entries()) {
        expect(await store.put(`sizes/${index}`, content)).toBe('created');
        const whole = Buffer.concat(content);
        const found = await store.get(`sizes/${index}`);
        expect(found?.equals(whole)).toBe(true);
        expect((await store.head(`sizes/${index}`))?.size).toBe(whole.length);
      }
    });

    it('stores a stream whole, in place of what was there, or not at all', async () => {
      const parts = Array.from({ length: 9 }, (_, i) => randomBytes(4 * 1024 * 1024 + i));
      async function* stream(upTo: number): AsyncGenerator<Buffer> {
        for (const part of parts.slice(0, upTo)) yield part;
        if (upTo > parts.length) throw new Error('the source ends');
      }
      const whole = Buffer.concat(parts);
      await expect(store.putStream('streams/one', stream(parts.length + 1))).rejects.toThrow('the source ends');
      expect(await store.head('streams/one')).toBeUndefined();
      expect(await store.putStream('streams/one', stream(1))).toEqual({ size: parts[0]?.length });
      await expect(store.putStream('streams/one', stream(parts.length + 1))).rejects.toThrow('the source ends');
      expect((await store.get('streams/one'))?.equals(parts[0] ?? whole)).toBe(true);
      expect(await store.putStream('streams/one', stream(parts.length))).toEqual({ size: whole.length });
      expect((await store.get('streams/one'))?.equals(whole)).toBe(true);
      expect(await store.putStream('streams/none', stream(0))).toEqual({ size: 0 });
      expect((await store.head('streams/none'))?.size).toBe(0);
    });

    it('has nothing to say about an object that is not there', async () => {
      expect(await store.get('missing/object')).toBeUndefined();
      expect(await store.get('missing/object', [0, 9])).toBeUndefined();
      expect(await store.head('missing/object')).toBeUndefined();
      expect(await collect(store.list('missing/'))).toEqual([]);
      await store.delete('missing/object');
    });

    it('tells when an object was modified', async () => {
      const before = Date.now();
      await store.put('modified', [Buffer.from('x')]);
      const modified = (await store.head('modified'))?.modified.getTime() ?? 0;
      expect(Math.abs(modified - before)).toBeLessThan(5000);
    });

    it('reads ranges, cut at the end of the object', async () => {
      await store.put('range', [Buffer.from('0123'), Buffer.from('456789')]);
      const read = async (first: number, last: number) => (await store.get('range', [first, last]))?.toString();
      expect(await read(0, 0)).toBe('0');
      expect(await read(3, 4)).toBe('34');
      expect(await read(8, 100)).toBe('89');
      expect(await read(10, 20)).toBe('');
      await store.put('range-empty', []);
      expect((await store.get('range-empty', [0, 5]))?.length).toBe(0);
    });

    it('replaces an object by a plain put and keeps it with ifAbsent', async () => {
      expect(await store.put('twice', [Buffer.from('first')], { ifAbsent: true })).toBe('created');
      expect(await store.put('twice', [Buffer.from('second')], { ifAbsent: true })).toBe('exists');
      expect((await store.get('twice'))?.toString()).toBe('first');
      expect(await store.put('twice', [Buffer.from('third')])).toBe('created');
      expect((await store.get('twice'))?.toString()).toBe('third');
    });

    it('keeps a large object with ifAbsent', async () => {
      const first = [randomBytes(40 * 1024 * 1024)];
      expect(await store.put('twice-large', first, { ifAbsent: true })).toBe('created');
      expect(await store.put('twice-large', [Buffer.alloc(40 * 1024 * 1024)], { ifAbsent: true })).toBe('exists');
      expect((await store.get('twice-large'))?.equals(Buffer.concat(first))).toBe(true);
    });

    it('tells exactly one of many writers that it created the object', async () => {
      for (let round = 0; round < 10; round++) {
        const key = `race/${round}`;
        const contents = Array.from({ length: 8 }, () => randomBytes(20_000));
        const outcomes = await Promise.all(contents.map((part) => place.open().put(key, [part], { ifAbsent: true })));
        const stored = await store.get(key);
        const winners = contents.filter((_, index) => outcomes[index] === 'created');
        expect(winners.length).toBeGreaterThan(0);
        if (driver.racesAreDecided) expect(winners).toHaveLength(1);
        expect(winners.some((content) => stored?.equals(content))).toBe(true);
      }
    });

    it('never shows a reader a part of an object', async () => {
      const versions = Array.from({ length: 6 }, (_, i) => Buffer.alloc(3_000_000, i + 1));
      const digests = new Set(versions.map(digest));
      let writing = true;
      let reads = 0;
      const reader = async (): Promise<void> => {
        while (writing) {
          const seen = await store.get('atomic');
          if (seen !== undefined) {
            reads++;
            expect(digests.has(digest(seen))).toBe(true);
          }
          const info = await store.head('atomic');
          if (info !== undefined) expect(info.size).toBe(3_000_000);
        }
      };
      const readers = [reader(), reader()];
      const writer = place.open();
      for (let round = 0; round < 3; round++) {
        for (const version of versions)
          await writer.put('atomic', [version.subarray(0, 1_000_000), version.subarray(1_000_000)]);
      }
      writing = false;
      await Promise.all(readers);
      expect(reads).toBeGreaterThan(5);
    });

    it('lists more than a thousand keys once each and in order', async () => {
      const keys = Array.from({ length: 1_100 }, (_, i) => `many/${(i * 7919) % 1_100}/object`);
      // Neighbours of the slash: '-' and '.' sort before it, digits behind it.
      keys.push('many/1-a', 'many/1.a', 'many/1_a', 'manyfold', 'many/A', 'many/a');
      for (let from = 0; from < keys.length; from += 32) {
        await Promise.all(keys.slice(from, from + 32).map((key) => store.put(key, [Buffer.from(key)])));
      }
      const listed = await collect(store.list('many/'));
      const expected = keys.filter((key) => key.startsWith('many/')).sort();
      expect(listed.map((info) => info.key)).toEqual(expected);
      expect(listed.every((info) => info.size === info.key.length && info.modified.getTime() > 0)).toBe(true);
      const part = await collect(store.list('many/1'));
      expect(part.map((info) => info.key)).toEqual(expected.filter((key) => key.startsWith('many/1')));
      expect((await collect(store.list('many'))).map((info) => info.key)).toEqual([...expected, 'manyfold']);
    });

    it('lists the folders that hold something, once each and in order, however much lies in them', async () => {
      const names = Array.from({ length: 1_005 }, (_, i) => `f${(i * 7919) % 1_005}`);
      const keys = names.flatMap((name) => [`folders/${name}/a`, `folders/${name}/deep/b`]);
      // Neighbours of the slash, and objects that lie beside the folders.
      keys.push('folders/f1-a/x', 'folders/f1.a/x', 'folders/f1_a/x', 'folders/beside', 'folders/deep/er/x');
      for (let from = 0; from < keys.length; from += 64) {
        await Promise.all(keys.slice(from, from + 64).map((key) => store.put(key, [Buffer.from('x')])));
      }
      await store.put('folders/gone/a', []);
      await store.put('folders/gone/deep/b', []);
      await store.deleteMany(['folders/gone/a', 'folders/gone/deep/b']);
      const expected = [...names, 'f1-a', 'f1.a', 'f1_a', 'deep'].map((name) => `${name}/`).sort();
      expect((await collect(store.listFolders('folders/'))).map((name) => `${name}/`)).toEqual(expected);
      expect(await collect(store.listFolders('folders/deep/'))).toEqual(['er']);
      expect(await collect(store.listFolders('folders/f1/deep/'))).toEqual([]);
      expect(await collect(store.listFolders('folders/beside/'))).toEqual([]);
      expect(await collect(store.listFolders('not/there/'))).toEqual([]);
      expect(await collect(store.listFolders(''))).toContain('folders');
    });

    it('deletes an object, and again without an error', async () => {
      await store.put('deleted/object', [Buffer.from('x')]);
      await store.delete('deleted/object');
      await store.delete('deleted/object');
      expect(await store.get('deleted/object')).toBeUndefined();
      expect(await collect(store.list('deleted'))).toEqual([]);
    });

    it('deletes many objects at once, and those that are not there too', async () => {
      const keys = Array.from({ length: 1_020 }, (_, i) => `swept/${i % 7}/${i}`);
      for (let from = 0; from < keys.length; from += 64) {
        await Promise.all(keys.slice(from, from + 64).map((key) => store.put(key, [Buffer.from('x')])));
      }
      await store.put('swept-not/0', []);
      const [kept = '', ...gone] = keys;
      const wanted = [...gone, gone[0] ?? '', 'swept/never/there'];
      const deletion = { deleted: gone.length + 1, hidden: 0, locked: [], failed: [] };
      expect(await store.deleteMany(wanted)).toEqual(deletion);
      expect((await collect(store.list('swept/'))).map((info) => info.key)).toEqual([kept]);
      expect(await store.deleteMany(wanted)).toEqual(deletion);
      expect(await store.head('swept-not/0')).toBeDefined();
      expect(await store.deleteMany([])).toEqual({ deleted: 0, hidden: 0, locked: [], failed: [] });
    });

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.', '.tmp/a', 'a b', 'a\\b', 'ä', 'a\0b'])(
      'refuses the key %j before it touches anything',
      async (key) => {
        await expect(async () => store.put(key, [])).rejects.toThrow(UsageError);
        await expect(async () => store.get(key)).rejects.toThrow(UsageError);
        await expect(async () => store.head(key)).rejects.toThrow(UsageError);
        await expect(async () => store.delete(key)).rejects.toThrow(UsageError);
        await store.put('beside', []);
        await expect(async () => store.deleteMany(['beside', key])).rejects.toThrow(UsageError);
        expect(await store.head('beside')).toBeDefined();
      },
    );
  });
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { describe, expect, it } from 'vitest';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { ObjectStore } from '#lib/repository/object-store.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { collect } from '#tests/support/collect.ts';
import { createSeededRandom, type Fault, startFaultProxy } from '#tests/support/fault-proxy.ts';
import type { S3ServerOptions } from '#tests/support/s3-options.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';

const faults: readonly Fault[] = [
  'delay',
  'reset',
  'cut-upload',
  'lose-answer',
  'truncate',
  'slow-down',
  'too-many',
  'stall',
  'stall-body',
  'slow-body',
  'trickle',
];
const faultRate = 0.3;
const writers = 4;
const operationsOfOne = 40;
const races = 12;
const multipartBytes = 33 * 1024 * 1024;

describe('the S3 driver behind a network that fails in three requests of ten', () => {
  it.concurrent.each([
    [1, {}, 'auto'],
    [2, { conditionalPut: 'supported', checksums: 'supported' }, 'on'],
  ] as const)(
    'gives no wrong result with four writers at once (seed %i)',
    { timeout: 600_000 },
    async (seed, serverOptions: S3ServerOptions, checksums) => {
      await using server = await startS3Server({ ...serverOptions, pageSize: 5 });
      const random = createSeededRandom(seed);
      await using proxy = await startFaultProxy({
        port: server.port,
        choose: () => (random() < faultRate ? (pick(faults, random) ?? 'pass') : 'pass'),
      });
      const open = (endpoint: string): ObjectStore =>
        createS3Store(
          { bucket: server.bucket, prefix: 'p' },
          {
            endpoint,
            checksums,
            credentials: server.account,
            timeouts: { connect: 30_000, idle: 4_000, request: 6_000 },
            maxAttempts: 10,
          },
        );
      const places = Array.from({ length: writers }, (_, index) => ({
        store: open(proxy.endpoint),
        direct: open(server.endpoint),
        folder: `writer-${index}/`,
        random: createSeededRandom(seed * 100 + index),
      }));
      const done = await Promise.all(places.map(workAlone));
      const operations = done.flatMap((writer) => writer.operations);
      const gaveUp = done.reduce((sum, writer) => sum + writer.gaveUp, 0);
      const raced = await race(places.map(({ store }) => store));

      const expected = new Map(done.flatMap(({ model }) => [...model]));
      expectStored(server, expected);
      const suffered = [...proxy.counts].filter(([fault]) => fault !== 'pass');
      const hurt = suffered.reduce((sum, [, count]) => sum + count, 0);
      console.log(
        `seed ${seed}: ${operations.length} operations of ${writers} writers (${describeCounts(operations)}), ${raced} conditional puts in ${races} races, ` +
          `${gaveUp} given up; ${hurt} requests hurt of ${hurt + (proxy.counts.get('pass') ?? 0)}: ${suffered.map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
      );
      expect(operations.length + raced).toBeGreaterThanOrEqual(200);
      expect(hurt).toBeGreaterThan(operations.length / 6);
      expect(gaveUp).toBeLessThan(operations.length / 10);
    },
  );
});

interface Place {
  store: ObjectStore;
  /** The same bucket without the faults, to see what became of an operation that was given up. */
  direct: ObjectStore;
  folder: string;
  random: () => number;
}

/** Works on keys nobody else touches; every answer must be that of the model. */
async function workAlone({ store, direct, folder, random }: Place) {
  const model = new Map<string, Buffer>();
  const operations: string[] = [];
  let gaveUp = 0;
  const keys = Array.from({ length: 10 }, (_, i) => `${folder}${i}`);
  const listed = () =>
    [...model].map(([key, bytes]) => [key, bytes.length]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

  const steps: Record<string, (key: string, content: Buffer) => Promise<void>> = {
    async put(key, content) {
      expect(await store.put(key, [content.subarray(0, 10), content.subarray(10)])).toBe('created');
      model.set(key, content);
    },
    async putIfAbsent(key, content) {
      expect(await store.put(key, [content], { ifAbsent: true })).toBe(model.has(key) ? 'exists' : 'created');
      if (!model.has(key)) model.set(key, content);
    },
    async get(key) {
      expectSame(await store.get(key), model.get(key));
    },
    async getRange(key) {
      expectSame(await store.get(key, [5, 99_999]), model.get(key)?.subarray(5, 100_000));
    },
    async head(key) {
      expect((await store.head(key))?.size).toBe(model.get(key)?.length);
    },
    async list() {
      expect((await collect(store.list(folder))).map((info) => [info.key, info.size])).toEqual(listed());
    },
    async delete(key) {
      await store.delete(key);
      model.delete(key);
    },
    async deleteMany() {
      const gone = keys.filter(() => random() < 0.4);
      expect(await store.deleteMany(gone)).toEqual({ deleted: gone.length, hidden: 0, locked: [], failed: [] });
      for (const key of gone) model.delete(key);
    },
  };
  for (let i = 0; i < operationsOfOne; i++) {
    const kind = pick(['put', 'put', ...Object.keys(steps)], random) ?? 'put';
    const key = pick(keys, random) ?? '';
    const size = i === operationsOfOne >> 1 ? multipartBytes : Math.floor(random() * 200_000);
    operations.push(kind);
    try {
      await steps[kind]?.(key, Buffer.alloc(size, i + 1));
    } catch (error) {
      // Only an honest "out of reach" is no wrong result; what became of it is then seen without the faults.
      if (!(error instanceof UnavailableError)) throw error;
      gaveUp++;
      model.clear();
      for (const { key: found } of await collect(direct.list(folder))) {
        const bytes = await direct.get(found);
        if (bytes !== undefined) model.set(found, bytes);
      }
    }
  }
  return { model, operations, gaveUp };
}

/** All writers at once put different contents under one key: one wins, and it is the winner's that stays. */
async function race(stores: readonly ObjectStore[]): Promise<number> {
  let puts = 0;
  for (let round = 0; round < races; round++) {
    const key = `race/${round}`;
    const contents = stores.map((_, index) => Buffer.alloc(20_000 + index, round + index));
    const outcomes = await Promise.all(
      stores.map((store, index) => store.put(key, [contents[index] ?? Buffer.alloc(0)], { ifAbsent: true })),
    );
    puts += outcomes.length;
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    for (const store of stores) expectSame(await store.get(key), contents[outcomes.indexOf('created')]);
  }
  return puts;
}

function expectStored(server: S3TestServer, expected: ReadonlyMap<string, Buffer>): void {
  const stored = [...server.state.objects].filter(([key]) => key.startsWith('p/writer-'));
  expect(stored.map(([key]) => key.slice(2)).sort()).toEqual([...expected.keys()].sort());
  for (const [key, { bytes }] of stored) expectSame(bytes, expected.get(key.slice(2)));
}

/** Compares without printing megabytes where they differ. */
function expectSame(actual: Buffer | undefined, expected: Buffer | undefined): void {
  expect(actual?.length).toBe(expected?.length);
  if (actual !== undefined && expected !== undefined) expect(actual.equals(expected)).toBe(true);
}

function describeCounts(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function pick<T>(values: readonly T[], random: () => number): T | undefined {
  return values[Math.floor(random() * values.length)];
}

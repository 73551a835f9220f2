import { describe, expect, it } from 'vitest';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { collect } from '#tests/support/collect.ts';
import { createSeededRandom, type Fault, startFaultProxy } from '#tests/support/fault-proxy.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

const operations = 60;
const faults: readonly Fault[] = [
  'delay',
  'reset',
  'cut-upload',
  'lose-answer',
  'truncate',
  'slow-down',
  'stall',
  'stall-body',
];
const faultRate = 0.3;

describe('the S3 driver behind a network that fails in three requests of ten', () => {
  it.concurrent.each([1, 2, 3, 4])(
    `gives no wrong result in ${operations} mixed operations (seed %i)`,
    async (seed) => {
      const random = createSeededRandom(seed);
      const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
      await using server = await startS3Server({ pageSize: 5 });
      await using proxy = await startFaultProxy({
        port: server.port,
        choose: () => (random() < faultRate ? (pick(faults) ?? 'pass') : 'pass'),
      });
      const store = createS3Store(
        { bucket: server.bucket, prefix: 'p' },
        {
          endpoint: proxy.endpoint,
          credentials: server.account,
          timeouts: { connect: 1000, idle: 500, request: 500 },
          maxAttempts: 10,
        },
      );
      const expected = new Map<string, Buffer>();
      const keys = Array.from({ length: 16 }, (_, i) => `k/${i}`);
      for (let i = 0; i < operations; i++) {
        const key = pick(keys) ?? '';
        const content = Buffer.alloc(Math.floor(random() * 200_000), i + 1);
        const known = expected.get(key);
        switch (Math.floor(random() * 7)) {
          case 0:
          case 1:
            expect(await store.put(key, [content.subarray(0, 10), content.subarray(10)])).toBe('created');
            expected.set(key, content);
            break;
          case 2: {
            const outcome = await store.put(key, [content], { ifAbsent: true });
            expect(outcome).toBe(known === undefined ? 'created' : 'exists');
            if (known === undefined) expected.set(key, content);
            break;
          }
          case 3:
            expect((await store.get(key))?.equals(known ?? Buffer.from('nothing'))).toBe(known && true);
            break;
          case 4:
            expect((await store.get(key, [5, 99_999]))?.equals(known?.subarray(5, 100_000) ?? Buffer.alloc(1))).toBe(
              known && true,
            );
            break;
          case 5:
            await store.delete(key);
            expected.delete(key);
            break;
          default: {
            const listed = await collect(store.list('k/'));
            expect(listed.map((info) => [info.key, info.size])).toEqual(
              [...expected]
                .map(([name, bytes]) => [name, bytes.length])
                .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
            );
            expect((await store.head(key))?.size).toBe(known?.length);
          }
        }
      }
      const stored = new Map([...server.state.objects].map(([key, object]) => [key.slice(2), object.bytes]));
      expect([...stored.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [key, bytes] of expected) expect(stored.get(key)?.equals(bytes)).toBe(true);
      const suffered = [...proxy.counts]
        .filter(([fault]) => fault !== 'pass')
        .reduce((sum, [, count]) => sum + count, 0);
      expect(suffered).toBeGreaterThan(operations / 6);
    },
  );
});

import { createServer } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { deleteDoomed } from '#lib/garbage/delete-doomed.ts';
import { doomedLeaseMs } from '#lib/garbage/doomed-list.ts';
import { OutOfTimeError } from '#lib/repository/out-of-time-error.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository } from '#lib/repository/repository.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import { createMemoryStore } from './stepped-store.ts';

afterEach(() => void vi.useRealTimers());

it('deletes nothing after its lease: it looks again who needs it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const memory = createMemoryStore(new Map());
  let asleep = true;
  const repository = createRepository({
    ...{ seal: plainSeal, codec: 'zstd', keys: null, beforeChunks: async () => undefined },
    store: {
      ...memory,
      deleteMany(keys, options) {
        // The machine sleeps between the look at the clock and the deletion.
        if (asleep) vi.setSystemTime(Date.now() + doomedLeaseMs);
        asleep = false;
        return memory.deleteMany(keys, options);
      },
    },
  });
  const { name } = await repository.putChunk([Buffer.from('row')]);
  const { name: garbage } = await repository.putChunk([Buffer.from('no row')]);
  let looks = 0;
  const spare = async () => new Set(++looks === 1 ? [] : [name]);
  expect(await deleteDoomed(repository, { id: 'x', names: [name, garbage], spare })).toMatchObject({ deleted: 1 });
  expect([await repository.hasChunk(name), await repository.hasChunk(garbage), looks]).toEqual([true, false, 2]);
});

it('asks for time before each file, and stops all workers', async () => {
  await using place = await openFileRepository();
  const { store } = place.repository;
  const keys = Array.from({ length: 40 }, (_, n) => `probes/${n}`);
  for (const key of keys) await store.put(key, [Buffer.from('x')]);
  let asked = 0;
  const isInTime = () => ++asked <= 10;
  await expect(store.deleteMany(keys, { isInTime })).rejects.toThrow(OutOfTimeError);
  const left: string[] = [];
  for await (const { key } of store.list('probes/')) left.push(key);
  expect(left.length).toBe(30);
  // Those that are at a file end; nobody begins another.
  expect(asked).toBeLessThanOrEqual(10 + 16);
});

it.each(['DeleteObjects', 'DeleteObject'])('asks for time before the SDK repeats %s', async (request) => {
  let requests = 0;
  const server = createServer((_, answer) => {
    requests++;
    if (request === 'DeleteObject' && requests === 1) answer.writeHead(501);
    else answer.writeHead(503);
    answer.end();
  });
  const port = await listenOnFreePort(server);
  try {
    const store = createS3Store(
      { bucket: 'bucket', prefix: 'p' },
      {
        ...{ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      },
    );
    const before = request === 'DeleteObject' ? 2 : 1;
    await expect(store.deleteMany(['a'], { isInTime: () => requests < before })).rejects.toThrow(OutOfTimeError);
    expect(requests).toBe(before);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

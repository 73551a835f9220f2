import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { S3Settings } from '#lib/config/s3-settings.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { collect } from '#tests/support/collect.ts';
import { startFaultProxy } from '#tests/support/fault-proxy.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import type { S3ServerOptions } from '#tests/support/s3-options.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';
import { describeObjectStore } from './object-store.ts';

/** Services as they are: with everything, with nothing of the last years, and as some imitate conditions. */
const services: [name: string, server: S3ServerOptions, settings: S3Settings][] = [
  ['a service like AWS', {}, { checksums: 'on' }],
  [
    'a service of old',
    { conditionalPut: 'refused', checksums: 'refused', batchDelete: 'refused', etags: 'random' },
    {},
  ],
  [
    'a service that ignores what it does not know',
    { conditionalPut: 'ignored', checksums: 'ignored' },
    { checksums: 'off' },
  ],
];

for (const [name, server, settings] of services) {
  describeObjectStore(`the S3 driver with ${name}`, {
    racesAreDecided: server.conditionalPut === undefined,
    openPlace: async () => {
      const started = await startS3Server(server);
      const { endpoint, account: credentials, bucket } = started;
      return {
        open: () => createS3Store({ bucket, prefix: 'deep/prefix' }, { ...settings, endpoint, credentials }),
        [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
      };
    },
  });
}

describe('the S3 driver', () => {
  it('keeps to its prefix', async () => {
    await using server = await startS3Server();
    await openStore(server, { prefix: 'one' }).put('a', [Buffer.from('1')]);
    await openStore(server, { prefix: 'one-more' }).put('a', [Buffer.from('2')]);
    await openStore(server, { prefix: '' }).put('a', [Buffer.from('3')]);
    expect([...server.state.objects.keys()]).toEqual(['one/a', 'one-more/a', 'a']);
    const listed = await collect(openStore(server, { prefix: 'one' }).list(''));
    expect(listed.map((info) => info.key)).toEqual(['a']);
  });

  it('follows pages of any size', async () => {
    await using server = await startS3Server({ pageSize: 3 });
    for (let i = 0; i < 10; i++) server.state.put(`p/${i}`, Buffer.alloc(i));
    const listed = await collect(openStore(server).list(''));
    expect(listed.map((info) => [info.key, info.size])).toEqual(Array.from({ length: 10 }, (_, i) => [`${i}`, i]));
  });

  it('cuts the range itself where the server ignores it', async () => {
    await using server = await startS3Server({ ranges: 'ignored' });
    server.state.put('p/a', Buffer.from('0123456789'));
    expect((await openStore(server).get('a', [3, 5]))?.toString()).toBe('345');
    expect((await openStore(server).get('a', [10, 15]))?.toString()).toBe('');
  });

  it.each([
    ['an unknown access key', { accessKeyId: 'AKIANOBODY', secretAccessKey: 'never-shown' }, 'storage_credentials'],
    ['a wrong secret key', { accessKeyId: 'AKIAHOLDFASTTEST', secretAccessKey: 'never-shown' }, 'storage_credentials'],
  ])('says what to do about %s and shows no secret', async (_name, credentials, code) => {
    await using server = await startS3Server();
    const store = createS3Store({ bucket: server.bucket, prefix: 'p' }, { endpoint: server.endpoint, credentials });
    for (const attempt of [() => store.put('a', []), () => store.get('a'), () => collect(store.list(''))]) {
      const error = await failureOf(attempt);
      expect(error).toBeInstanceOf(StorageError);
      expect(error).toMatchObject({ code, hint: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
      expect(String(error)).toContain('s3://holdfast-test/p');
      expect(JSON.stringify(error) + String(error)).not.toContain('never-shown');
    }
    expect(await failureOf(() => store.head('a'))).toMatchObject({ name: 'StorageError', code: 'storage_denied' });
  });

  it('names the missing right to write and can still read', async () => {
    await using server = await startS3Server();
    await openStore(server).put('a', [Buffer.from('x')]);
    const store = createS3Store(
      { bucket: server.bucket, prefix: 'p' },
      { endpoint: server.endpoint, credentials: server.readOnlyAccount },
    );
    expect((await store.get('a'))?.toString()).toBe('x');
    for (const attempt of [
      () => store.put('b', []),
      () => store.put('b', [], { ifAbsent: true }),
      () => store.delete('a'),
    ]) {
      expect(await failureOf(attempt)).toMatchObject({
        name: 'StorageError',
        code: 'storage_denied',
        hint: expect.stringContaining('s3:PutObject'),
      });
    }
  });

  it('names a bucket that does not exist', async () => {
    await using server = await startS3Server();
    const store = createS3Store(
      { bucket: 'no-such-bucket', prefix: '' },
      { endpoint: server.endpoint, credentials: server.account },
    );
    for (const attempt of [() => store.put('a', []), () => store.get('a'), () => collect(store.list(''))]) {
      expect(await failureOf(attempt)).toMatchObject({
        name: 'StorageError',
        code: 'storage_no_bucket',
        message: expect.stringContaining('s3://no-such-bucket'),
      });
    }
  });

  it('calls an endpoint that nobody answers unavailable', async () => {
    const endpoint = `http://127.0.0.1:${await findFreePort()}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const store = createS3Store({ bucket: 'bucket', prefix: '' }, { endpoint, credentials, maxAttempts: 2 });
    const error = await failureOf(() => store.get('a'));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    ['never answers', 'stall', { connect: 60_000, idle: 60_000, request: 300 }],
    ['falls silent in the middle of an answer', 'stall-body', { connect: 60_000, idle: 300, request: 60_000 }],
  ] as const)(
    'gives up on a service that %s instead of hanging',
    { timeout: 15_000 },
    async (_name, fault, timeouts) => {
      await using server = await startS3Server();
      server.state.put('p/a', randomBytes(100_000));
      await using proxy = await startFaultProxy({ port: server.port, choose: () => fault });
      const store = createS3Store(
        { bucket: server.bucket, prefix: 'p' },
        { endpoint: proxy.endpoint, credentials: server.account, timeouts, maxAttempts: 2 },
      );
      const attempts: (() => Promise<unknown>)[] = [() => store.get('a'), () => collect(store.list(''))];
      if (fault === 'stall')
        attempts.push(
          () => store.head('a'),
          () => store.put('a', []),
        );
      for (const attempt of attempts) expect(await failureOf(attempt)).toBeInstanceOf(UnavailableError);
      expect(proxy.counts.get(fault)).toBe(2 * attempts.length);
    },
  );

  it.each([
    ['one request', 20 * 1024 * 1024],
    ['parts', 50 * 1024 * 1024],
  ])('leaves nothing visible and no parts when the upload in %s is cut again and again', async (_name, size) => {
    await using server = await startS3Server();
    // The second part of a multipart upload and every body of one request are cut.
    await using proxy = await startFaultProxy({
      port: server.port,
      choose: ({ url, length }) => (length > 1_000_000 && !url.includes('partNumber=1') ? 'cut-upload' : 'pass'),
    });
    const store = createS3Store(
      { bucket: server.bucket, prefix: 'p' },
      { endpoint: proxy.endpoint, credentials: server.account, maxAttempts: 3 },
    );
    expect(await failureOf(() => store.put('cut', [randomBytes(size)]))).toBeInstanceOf(UnavailableError);
    expect(proxy.counts.get('cut-upload')).toBe(3);
    expect(await store.head('cut')).toBeUndefined();
    expect([...server.state.objects.keys()]).toEqual([]);
    expect(server.state.uploads.size).toBe(0);
  });

  it('knows its own object again when the answer to a conditional put was lost', async () => {
    for (const size of [1000, 40 * 1024 * 1024]) {
      await using server = await startS3Server();
      let lost = 0;
      await using proxy = await startFaultProxy({
        port: server.port,
        choose: ({ method, url, length }) => {
          const commits = (method === 'PUT' && length === 1000) || (method === 'POST' && url.includes('uploadId='));
          return commits && lost++ === 0 ? 'lose-answer' : 'pass';
        },
      });
      const store = createS3Store(
        { bucket: server.bucket, prefix: 'p' },
        { endpoint: proxy.endpoint, credentials: server.account },
      );
      expect(await store.put('mine', [randomBytes(size)], { ifAbsent: true })).toBe('created');
      expect(lost).toBe(2);
    }
  });

  it('reads a truncated body again, and never takes the part for the whole', async () => {
    await using server = await startS3Server();
    const content = randomBytes(300_000);
    server.state.put('p/a', content);
    let asked = 0;
    await using proxy = await startFaultProxy({ port: server.port, choose: () => (asked++ < 3 ? 'truncate' : 'pass') });
    const options = { endpoint: proxy.endpoint, credentials: server.account, maxAttempts: 4 };
    const store = createS3Store({ bucket: server.bucket, prefix: 'p' }, options);
    expect((await store.get('a'))?.equals(content)).toBe(true);
    expect(asked).toBe(4);
    asked = Number.NEGATIVE_INFINITY;
    expect(await failureOf(() => store.get('a'))).toBeInstanceOf(UnavailableError);
  });

  it('does not retry what will not get better', async () => {
    await using server = await startS3Server();
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const store = createS3Store({ bucket: server.bucket, prefix: 'p' }, { endpoint: server.endpoint, credentials });
    await failureOf(() => store.get('a'));
    expect(server.answers).toEqual(['GET 403']);
  });
});

function openStore(server: S3TestServer, { prefix }: { prefix: string } = { prefix: 'p' }) {
  return createS3Store({ bucket: server.bucket, prefix }, { endpoint: server.endpoint, credentials: server.account });
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'no error',
    (error: unknown) => error,
  );
}

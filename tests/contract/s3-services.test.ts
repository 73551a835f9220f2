import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { S3Settings } from '#lib/config/s3-settings.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { collect } from '#tests/support/collect.ts';
import { startFaultProxy } from '#tests/support/fault-proxy.ts';
import type { Lie } from '#tests/support/s3-options.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';

const multipart = 33 * 1024 * 1024;

describe('what is asked of the bucket', () => {
  it('is asked for with every object, in one request and in parts', async () => {
    await using server = await startS3Server();
    const store = openStore(server, {
      serverSideEncryption: 'aws:kms',
      kmsKeyId: 'key-1',
      storageClass: 'STANDARD_IA',
    });
    await store.put('large', [randomBytes(multipart)]);
    await store.put('chunk', [randomBytes(200_000)]);
    await store.put('small', [randomBytes(100)]);
    const { objects } = server.state;
    const sealed = { encryption: 'aws:kms', kmsKeyId: 'key-1' };
    expect(objects.get('p/large')).toMatchObject({ ...sealed, storageClass: 'STANDARD_IA' });
    expect(objects.get('p/chunk')).toMatchObject({ ...sealed, storageClass: 'STANDARD_IA' });
    expect(objects.get('p/small')).toMatchObject(sealed);
    expect(objects.get('p/small')?.storageClass).toBeUndefined();
  });

  it('is nothing where nothing is set', async () => {
    await using server = await startS3Server();
    await openStore(server).put('a', [randomBytes(200_000)]);
    expect(server.state.objects.get('p/a')).not.toHaveProperty('encryption');
    expect(server.state.objects.get('p/a')).not.toHaveProperty('storageClass');
  });
});

describe('temporary credentials', () => {
  it('carry their session token, and say so where it is not valid', async () => {
    await using server = await startS3Server();
    const { accessKeyId, secretAccessKey } = server.addAccount({ sessionToken: 'token/1+2=' });
    const open = (sessionToken?: string) =>
      createS3Store(
        { bucket: server.bucket, prefix: 'p' },
        { endpoint: server.endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } },
      );
    await open('token/1+2=').put('a', [Buffer.from('x')]);
    expect((await open('token/1+2=').get('a'))?.toString()).toBe('x');
    for (const token of ['another', undefined]) {
      const failure = await failureOf(() => open(token).get('a'));
      expect(failure).toMatchObject({
        code: 'storage_credentials',
        hint: expect.stringContaining('AWS_SESSION_TOKEN'),
      });
      expect(String(failure)).not.toContain('another');
    }
  });
});

describe('checksums', () => {
  it('are sent, kept and checked on read where they are on', async () => {
    await using server = await startS3Server();
    const store = openStore(server, { checksums: 'on', maxAttempts: 2 });
    await store.put('a', [Buffer.from('12'), Buffer.from('3456789')]);
    // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    expect(server.state.objects.get('p/a')?.crc32).toBe(Buffer.from('cbf43926', 'hex').toString('base64'));
    const kept = server.state.objects.get('p/a');
    if (kept !== undefined) kept.bytes = Buffer.from('123456780');
    expect(await failureOf(() => store.get('a'))).toMatchObject({
      name: 'DamagedError',
      code: 'object_changed',
      message: expect.stringContaining('Cannot read a in s3://holdfast-test/p'),
    });
    expect((await store.get('a', [0, 3]))?.toString()).toBe('1234');
  });

  it('are an MD5 where the endpoint is not that of AWS: no header that older services refuse', async () => {
    await using server = await startS3Server({ checksums: 'refused' });
    const store = openStore(server);
    await store.put('a', [Buffer.from('x')]);
    await store.put('large', [randomBytes(multipart)]);
    expect((await store.get('a'))?.toString()).toBe('x');
    expect(await store.deleteMany(['a', 'large'])).toMatchObject({ deleted: 2, failed: [] });
    expect(server.answers).toContain('POST 200');
    expect(server.answers.filter((answer) => answer.startsWith('DELETE'))).toEqual([]);
    expect(await failureOf(() => openStore(server, { checksums: 'on' }).put('b', [Buffer.from('x')]))).toMatchObject({
      name: 'StorageError',
    });
  });
});

describe('a store that lies about a put', () => {
  const lies = ['store-half', 'store-other'] as const;

  it.each(
    lies.flatMap(
      (lie) =>
        [
          [lie, 'auto'],
          [lie, 'on'],
        ] as const,
    ),
  )('is found out by its own answer, and is given the object again (%s, checksums %s)', async (lie, checksums) => {
    let told = 0;
    const next = (): Lie => (told++ < 2 ? lie : 'keep');
    await using server = await startS3Server({ lie: next });
    const store = openStore(server, { checksums });
    const content = randomBytes(50_000);
    expect(await store.put('a', [content], { ifAbsent: true })).toBe('created');
    expect(server.state.objects.get('p/a')?.bytes.equals(content)).toBe(true);
    expect(told).toBe(3);
  });

  it.each(lies)('is refused where it goes on (%s)', async (lie) => {
    await using server = await startS3Server({ lie: () => lie });
    for (const [key, size] of [
      ['a', 50_000],
      ['large', multipart],
    ] as const) {
      expect(await failureOf(() => openStore(server).put(key, [randomBytes(size)]))).toMatchObject({
        name: 'StorageError',
        code: 'storage_unreliable',
        retryable: false,
        message: expect.stringContaining(`stored ${key} `),
      });
    }
  });

  it('is not suspected for ETags that are no MD5, nor for what another writer has stored since', async () => {
    await using server = await startS3Server({ etags: 'random' });
    const store = openStore(server);
    for (let i = 0; i < 5; i++) await store.put(`a/${i}`, [randomBytes(1000)]);
    // One object is read back; then it is known what the ETags are worth.
    expect(server.answers.filter((answer) => answer.startsWith('GET'))).toHaveLength(1);
    await Promise.all(Array.from({ length: 12 }, (_, i) => openStore(server).put('same', [Buffer.alloc(1000, i)])));
  });
});

describe('an object that is locked', () => {
  it('is an answer where many are deleted, and an error with its own code where one is', async () => {
    await using server = await startS3Server();
    const store = openStore(server);
    for (const key of ['a', 'b', 'c']) await store.put(key, [Buffer.from(key)]);
    server.state.held.add('p/b');
    expect(await failureOf(() => store.delete('b'))).toMatchObject({
      name: 'StorageError',
      code: 'storage_locked',
      retryable: false,
      hint: expect.stringContaining('Object Lock'),
    });
    for (const batchDelete of ['supported', 'refused'] as const) {
      await using other = await startS3Server({ batchDelete });
      for (const key of ['a', 'b', 'c']) other.state.put(`p/${key}`, Buffer.from(key));
      other.state.held.add('p/b');
      expect(await openStore(other).deleteMany(['a', 'b', 'c'])).toEqual({
        deleted: 2,
        hidden: 0,
        locked: ['b'],
        failed: [],
      });
      expect([...other.state.objects.keys()]).toEqual(['p/b']);
    }
  });

  it('goes out of sight where the bucket has versions, and is counted as kept', async () => {
    await using server = await startS3Server({ versions: 'on', objectLock: { mode: 'COMPLIANCE', days: 30 } });
    const store = openStore(server);
    for (const key of ['a', 'b']) await store.put(key, [Buffer.from(key)]);
    expect(await store.deleteMany(['a', 'b'])).toEqual({ deleted: 2, hidden: 2, locked: [], failed: [] });
    expect(await collect(store.list(''))).toEqual([]);
    expect(await store.put('a', [Buffer.from('again')], { ifAbsent: true })).toBe('created');
  });

  it('is told apart from what may never be deleted', async () => {
    await using server = await startS3Server();
    server.state.put('p/a', Buffer.from('x'));
    const store = createS3Store(
      { bucket: server.bucket, prefix: 'p' },
      { endpoint: server.endpoint, credentials: server.readOnlyAccount },
    );
    expect(await store.deleteMany(['a'])).toMatchObject({
      deleted: 0,
      locked: [],
      failed: [{ key: 'a', code: 'storage_denied' }],
    });
    const nowhere = createS3Store(
      { bucket: 'not-there', prefix: '' },
      { endpoint: server.endpoint, credentials: server.account },
    );
    expect(await failureOf(() => nowhere.deleteMany(['a']))).toMatchObject({ code: 'storage_no_bucket' });
  });
});

describe('a service that is throttled or slow', () => {
  it.each(['slow-down', 'too-many'] as const)('is asked again, later each time (%s)', async (fault) => {
    await using server = await startS3Server();
    let asked = 0;
    await using proxy = await startFaultProxy({ port: server.port, choose: () => (asked++ % 3 < 2 ? fault : 'pass') });
    const store = openStore(server, { endpoint: proxy.endpoint });
    await store.put('a', [Buffer.from('x')]);
    expect((await store.get('a'))?.toString()).toBe('x');
    expect(await collect(store.list(''))).toHaveLength(1);
    expect(await store.deleteMany(['a'])).toMatchObject({ deleted: 1 });
    expect(proxy.counts.get(fault)).toBe(8);
  });

  it.each(['slow-down', 'too-many'] as const)('is unavailable when it stays so (%s)', async (fault) => {
    await using server = await startS3Server();
    await using proxy = await startFaultProxy({ port: server.port, choose: () => fault });
    const store = openStore(server, { endpoint: proxy.endpoint, maxAttempts: 3 });
    expect(await failureOf(() => store.deleteMany(['a', 'b']))).toMatchObject({
      name: 'UnavailableError',
      retryable: true,
      message: expect.stringContaining('after 3 attempts'),
    });
  });

  it('does not hold anybody who gives a byte now and then', { timeout: 30_000 }, async () => {
    await using server = await startS3Server();
    server.state.put('p/a', randomBytes(20_000));
    await using proxy = await startFaultProxy({ port: server.port, choose: () => 'trickle' });
    const timeouts = { connect: 20_000, idle: 20_000, request: 1000 };
    const store = openStore(server, { endpoint: proxy.endpoint, timeouts, maxAttempts: 2 });
    for (const attempt of [() => store.get('a'), () => collect(store.list(''))]) {
      expect(await failureOf(attempt)).toMatchObject({
        name: 'UnavailableError',
        message: expect.stringContaining('TimeoutError'),
      });
    }
    expect(proxy.counts.get('trickle')).toBe(4);
  });
});

describe('a clock that is wrong', () => {
  it.each([20 * 60_000, -20 * 60_000])(
    'is corrected by what the service says its own is (%i ms)',
    async (clockAheadMs) => {
      await using server = await startS3Server({ clockAheadMs });
      const store = openStore(server);
      await store.put('a', [Buffer.from('x')]);
      expect((await store.get('a'))?.toString()).toBe('x');
      expect(server.answers.filter((answer) => answer.endsWith('403'))).toHaveLength(1);
    },
  );

  it('is named where it cannot be corrected', async () => {
    await using server = await startS3Server({ clockAheadMs: 20 * 60_000, hidesClock: true });
    expect(await failureOf(() => openStore(server).put('a', [Buffer.from('x')]))).toMatchObject({
      name: 'StorageError',
      code: 'storage_clock',
      hint: expect.stringContaining('NTP'),
    });
  });
});

function openStore(server: S3TestServer, settings: S3Settings = {}) {
  const { bucket, endpoint, account: credentials } = server;
  return createS3Store({ bucket, prefix: 'p' }, { endpoint, credentials, ...settings });
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'no error',
    (error: unknown) => error,
  );
}

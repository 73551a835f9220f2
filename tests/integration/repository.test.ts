import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { openRepository } from '#lib/repository/open-repository.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { collect } from '#tests/support/collect.ts';
import { startS3Server } from '#tests/support/s3-server.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe('a repository', () => {
  it('is created by the first writer and opened by the next reader', async () => {
    await withFolder(async (folder) => {
      const location = `file:${folder}/repository`;
      const written = await openRepository({ location, access: 'write', codec: 'gzip' });
      expect(written).toMatchObject({ codec: 'gzip', location });
      expect(JSON.parse(await readFile(`${folder}/repository/holdfast.json`, 'utf8'))).toEqual({
        format: 1,
        created: expect.stringMatching(/^\d{4}-.*Z$/),
        codec: 'gzip',
        encryption: null,
      });
      expect(await openRepository({ location, access: 'read' })).toMatchObject({ codec: 'gzip' });
      expect(await openRepository({ location, access: 'write', codec: 'zstd' })).toMatchObject({ codec: 'gzip' });
    });
  });

  it('is one and the same for creators at the same moment, in a folder and in a bucket', async () => {
    await withFolder(async (folder) => {
      await using server = await startS3Server();
      await using simple = await startS3Server({ conditionalPut: 'ignored', bucket: 'simple-store' });
      for (const [place, s3] of [
        [`file:${folder}/repository`, undefined],
        [`s3://${server.bucket}/a`, { endpoint: server.endpoint, credentials: server.account }],
        [`s3://${simple.bucket}/a`, { endpoint: simple.endpoint, credentials: simple.account }],
      ] as const) {
        const creators = Array.from({ length: 8 }, (_, i) =>
          openRepository({ location: place, access: 'write', s3, codec: i % 2 === 0 ? 'zstd' : 'gzip' }),
        );
        const opened = await Promise.all(creators);
        const reader = await openRepository({ location: place, access: 'read', s3 });
        expect((await collect(reader.store.list(''))).map((info) => info.key)).toEqual(['holdfast.json']);
        // Without conditional writes the last of them wins, and an earlier one may have gone on with its own codec.
        if (place.includes(simple.bucket)) continue;
        expect(opened.map((repository) => repository.codec)).toEqual(Array(8).fill(reader.codec));
      }
    });
  });

  it('is missing where a reader finds nothing, and is not made by reading', async () => {
    await withFolder(async (folder) => {
      await expect(openRepository({ location: `file:${folder}/nothing`, access: 'read' })).rejects.toMatchObject({
        name: 'StorageError',
        code: 'repository_missing',
        message: expect.stringContaining(`${folder}/nothing`),
      });
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('is not made among files of another kind', async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'thesis.txt'), 'x');
      await expect(openRepository({ location: `file:${folder}`, access: 'write' })).rejects.toMatchObject({
        name: 'RefusedError',
        message: expect.stringContaining('thesis.txt'),
      });
      expect(await readdir(folder)).toEqual(['thesis.txt']);
    });
  });

  it.each([
    ['of a newer format', '{"format": 2, "layout": "new"}', 'RefusedError', /format 2.*format 1/],
    ['that is encrypted', '{"format": 1, "encryption": {"keyId": "x"}}', 'RefusedError', /encrypted/],
    ['that is cut', '{"format": 1, "cre', 'DamagedError', /holdfast\.json .* is not JSON/],
    ['that is empty', '', 'DamagedError', /holdfast\.json .* is not JSON/],
    ['with a field missing', '{"format": 1, "encryption": null}', 'DamagedError', /holdfast\.json .* at created/],
  ])('with a holdfast.json %s is refused by reader and writer and left alone', async (_name, text, name, message) => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'holdfast.json'), text);
      for (const access of ['read', 'write'] as const) {
        const open = openRepository({ location: `file:${folder}`, access });
        await expect(open).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
      }
      expect(await readFile(join(folder, 'holdfast.json'), 'utf8')).toBe(text);
    });
  });

  it('says so where the user has no right to write', async () => {
    await withFolder(async (folder) => {
      await mkdir(join(folder, 'closed'));
      await chmod(folder, 0o755);
      await chmod(join(folder, 'closed'), 0o555);
      const location = `file:${folder}/closed`;
      const script = `
        import { openRepository } from '#lib/repository/open-repository.ts';
        await openRepository({ location: ${JSON.stringify(location)}, access: 'write' }).catch((e) => console.log(JSON.stringify({ name: e.name, code: e.code, message: e.message })));
      `;
      // Root may write anywhere; the child is nobody.
      const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', script], {
        ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
      });
      expect(JSON.parse(stdout)).toMatchObject({
        name: 'StorageError',
        code: 'storage_denied',
        message: expect.stringContaining(`${folder}/closed`),
      });
    });
  });

  it('says so where the file system is mounted read-only', async (context) => {
    await withTmpfs(context, { options: 'ro' }, async (folder) => {
      await expect(openRepository({ location: `file:${folder}/r`, access: 'write' })).rejects.toMatchObject({
        name: 'StorageError',
        code: 'storage_read_only',
        message: expect.stringContaining(folder),
      });
    });
  });

  it('names a full disk and its free space, keeps what is stored whole and leaves no rest', async (context) => {
    await withTmpfs(context, { options: 'size=2m' }, async (folder) => {
      const repository = await openRepository({ location: `file:${folder}`, access: 'write' });
      const content = randomBytes(1_200_000);
      const { name, stored } = await repository.putChunk([content]);
      await expect(repository.putChunk([randomBytes(1_200_000)])).rejects.toMatchObject({
        name: 'StorageError',
        code: 'storage_full',
        message: expect.stringMatching(/disk is full \(\d+ kB free\)/),
        hint: expect.stringContaining(folder),
      });
      expect(await readdir(join(folder, '.tmp'))).toEqual([]);
      expect((await repository.getChunk(name, { object: 'table a', size: stored })).equals(content)).toBe(true);
      expect((await collect(repository.store.list(''))).map((info) => info.key)).toEqual([
        chunkKey(name),
        'holdfast.json',
      ]);
    });
  });
});

describe('a chunk', () => {
  it('is named by its content and stored once', async () => {
    await withRepository(async ({ repository }) => {
      const first = await repository.putChunk([Buffer.from('ab'), Buffer.from('c')]);
      // FIPS 180-2, appendix B.1
      expect(first).toEqual({
        name: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        stored: 3,
        created: true,
      });
      expect(await repository.putChunk([Buffer.from('abc')])).toEqual({ ...first, created: false });
      expect(await repository.hasChunk(first.name)).toBe(true);
      expect(await repository.hasChunk('0'.repeat(64))).toBe(false);
      expect((await repository.getChunk(first.name, { object: 'table a', size: 3 })).toString()).toBe('abc');
    });
  });

  it('that is missing, cut, longer or changed by one bit is damaged, and the error names object and table', async () => {
    await withRepository(async ({ repository, folder }) => {
      const content = randomBytes(100_000);
      const { name } = await repository.putChunk([content]);
      const path = join(folder, chunkKey(name));
      const failure = (code: string) => ({
        name: 'DamagedError',
        code,
        message: expect.stringMatching(`${chunkKey(name)}.*table public\\.players`),
      });
      const read = (size?: number) =>
        repository.getChunk(name, { object: 'table public.players', ...(size === undefined ? {} : { size }) });

      await truncate(path, 99_999);
      await expect(read(100_000)).rejects.toMatchObject(failure('object_truncated'));
      await expect(read()).rejects.toMatchObject(failure('object_changed'));
      await writeFile(path, Buffer.concat([content, Buffer.alloc(1)]));
      await expect(read(100_000)).rejects.toMatchObject(failure('object_changed'));
      const flipped = Buffer.from(content);
      flipped.writeUInt8(flipped.readUInt8(50_000) ^ 1, 50_000);
      await writeFile(path, flipped);
      await expect(read(100_000)).rejects.toMatchObject(failure('object_changed'));
      await rm(path);
      await expect(read(100_000)).rejects.toMatchObject(failure('object_missing'));
      await writeFile(path, content);
      expect((await read(100_000)).equals(content)).toBe(true);
    });
  });

  it('that was cut short is put right by storing its content again', async () => {
    await withRepository(async ({ repository, folder }) => {
      const content = randomBytes(5000);
      const { name } = await repository.putChunk([content]);
      await truncate(join(folder, chunkKey(name)), 100);
      expect(await repository.putChunk([content])).toEqual({ name, stored: 5000, created: true });
      expect((await repository.getChunk(name, { object: 'table a' })).equals(content)).toBe(true);
    });
  });

  it('changed in a bucket is found too', async () => {
    await using server = await startS3Server();
    const s3 = { endpoint: server.endpoint, credentials: server.account };
    const repository = await openRepository({ location: `s3://${server.bucket}/r`, access: 'write', s3 });
    const { name, stored } = await repository.putChunk([randomBytes(1000)]);
    server.state.put(`r/${chunkKey(name)}`, randomBytes(1000));
    await expect(repository.getChunk(name, { object: 'table a', size: stored })).rejects.toMatchObject({
      name: 'DamagedError',
      message: expect.stringContaining(`${chunkKey(name)} in s3://holdfast-test/r`),
    });
  });
});

describe('a JSON object', () => {
  const schema = z.strictObject({ rows: z.int() });

  it('comes back as it was put, is undefined where there is none, and damaged where it does not parse', async () => {
    await withRepository(async ({ repository, folder }) => {
      expect(await repository.getJson('runs/a.json', schema)).toBeUndefined();
      expect(await repository.putJson('runs/a.json', { rows: 1 }, { ifAbsent: true })).toBe('created');
      expect(await repository.putJson('runs/a.json', { rows: 2 }, { ifAbsent: true })).toBe('exists');
      expect(await repository.getJson('runs/a.json', schema)).toEqual({ rows: 1 });
      await writeFile(join(folder, 'runs/a.json'), '{"rows": "many"}');
      await expect(repository.getJson('runs/a.json', schema)).rejects.toMatchObject({
        name: 'DamagedError',
        message: expect.stringMatching(/runs\/a\.json in file:.* at rows/),
      });
    });
  });
});

async function withRepository(
  work: (place: { repository: Awaited<ReturnType<typeof openRepository>>; folder: string }) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await work({ folder, repository: await openRepository({ location: `file:${folder}`, access: 'write' }) });
  });
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-repository-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mounts a small file system of its own; where the machine does not allow it, the test is skipped and says so. */
async function withTmpfs(
  context: TestContext,
  mount: { options: string },
  work: (folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    try {
      await run('mount', ['-t', 'tmpfs', '-o', mount.options, 'tmpfs', folder]);
    } catch (error) {
      const reason = `mounting a tmpfs is not allowed here: ${error instanceof Error ? error.message.trim() : error}`;
      console.warn(`skipped: ${context.task.name}: ${reason}`);
      context.skip(reason);
    }
    try {
      await work(folder);
    } finally {
      await run('umount', [folder]);
    }
  });
}

import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { StorageError } from '#lib/errors/storage-error.ts';
import { createFileStore } from '#lib/repository/file-store.ts';
import { collect } from '#tests/support/collect.ts';
import { describeObjectStore } from './object-store.ts';

const run = promisify(execFile);

describeObjectStore('the file driver', {
  racesAreDecided: true,
  openPlace: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-file-store-'));
    return {
      open: () => createFileStore(join(folder, 'not', 'yet', 'there')),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  },
});

describe('the file driver on a disk', () => {
  it('leaves nothing visible when its process is killed in the middle of a put, and sweeps what is left a day later', async () => {
    await withFolder(async (folder) => {
      let killedInTheMiddle = 0;
      for (let round = 0; round < 4; round++) {
        const script = `
          import { createFileStore } from '#lib/repository/file-store.ts';
          const store = createFileStore(${JSON.stringify(folder)});
          const part = Buffer.alloc(1024 * 1024, 7);
          for (let i = 0; ; i++) await store.put('killed/${round}-' + i, Array.from({ length: 48 }, () => part), { ifAbsent: true });
        `;
        const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
          stdio: 'inherit',
        });
        const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
        await waitForTemp(folder, round);
        child.kill('SIGKILL');
        expect(await ended).toBe('SIGKILL');
        const left = await readdir(join(folder, '.tmp'));
        killedInTheMiddle = left.length;
        for await (const { size } of createFileStore(folder).list('')) expect(size).toBe(48 * 1024 * 1024);
      }
      expect(killedInTheMiddle).toBe(4);

      await createFileStore(folder).put('later', [Buffer.from('x')]);
      expect(await readdir(join(folder, '.tmp'))).toHaveLength(4);
      const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
      for (const name of await readdir(join(folder, '.tmp'))) await utimes(join(folder, '.tmp', name), old, old);
      await createFileStore(folder).put('later', [Buffer.from('y')]);
      expect(await readdir(join(folder, '.tmp'))).toEqual([]);
    });
  });

  it('changes nothing on the disk when it only reads', async () => {
    await withFolder(async (folder) => {
      const store = createFileStore(join(folder, 'repository'));
      expect(await store.get('holdfast.json')).toBeUndefined();
      expect(await collect(store.list(''))).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('says so where a file is in the place of the folder', async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      const failure = await createFileStore(join(folder, 'file'))
        .put('a', [])
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StorageError);
      expect(failure).toMatchObject({ code: 'storage_not_a_folder', message: expect.stringContaining(folder) });
      expect(await readFile(join(folder, 'file'), 'utf8')).toBe('x');
    });
  });

  it('tells which objects it may not delete, and deletes the others', async () => {
    await withFolder(async (folder) => {
      await chmod(folder, 0o755);
      for (const name of ['open', 'closed']) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, 'object'), 'x');
        await chmod(join(folder, name), name === 'open' ? 0o777 : 0o555);
      }
      const script = `
        import { createFileStore } from '#lib/repository/file-store.ts';
        const store = createFileStore(${JSON.stringify(folder)});
        console.log(JSON.stringify(await store.deleteMany(['closed/object', 'open/object', 'open/none', 'none/at/all'])));
      `;
      // Root may delete anywhere; the child is nobody.
      const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', script], nobody);
      expect(JSON.parse(stdout)).toEqual({
        deleted: 3,
        hidden: 0,
        locked: [],
        failed: [{ key: 'closed/object', code: 'storage_denied', reason: 'permission denied' }],
      });
      expect(await readdir(join(folder, 'open'))).toEqual([]);
    });
  });

  it('gives up as a whole where the disk takes no change', async (context) => {
    await withFolder(async (folder) => {
      try {
        await run('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
      } catch (error) {
        const reason = `mounting a tmpfs is not allowed here: ${error instanceof Error ? error.message.trim() : error}`;
        console.warn(`skipped: ${context.task.name}: ${reason}`);
        context.skip(reason);
      }
      try {
        const store = createFileStore(folder);
        await store.put('object', [Buffer.from('x')]);
        await run('mount', ['-o', 'remount,ro', folder]);
        for (const attempt of [() => store.deleteMany(['object', 'none']), () => store.delete('object')]) {
          await expect(attempt()).rejects.toMatchObject({ name: 'StorageError', code: 'storage_read_only' });
        }
        expect((await store.get('object'))?.toString()).toBe('x');
      } finally {
        await run('umount', [folder]);
      }
    });
  });

  it('does not list what is no object: dot files, other entries, links', async () => {
    await withFolder(async (folder) => {
      const store = createFileStore(folder);
      await store.put('object', []);
      await writeFile(join(folder, '.DS_Store'), 'x');
      await mkdir(join(folder, 'empty'));
      await symlink('/etc/passwd', join(folder, 'link'));
      expect((await collect(store.list(''))).map((info) => info.key)).toEqual(['object']);
    });
  });
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-file-store-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until a put of the new process is under way: one more temporary file than earlier rounds left, with bytes. */
async function waitForTemp(folder: string, leftBefore: number): Promise<void> {
  const earlier = new Set(leftBefore === 0 ? [] : await readdir(join(folder, '.tmp')));
  for (;;) {
    await sleep(2);
    const names = await readdir(join(folder, '.tmp')).catch(() => []);
    for (const name of names.filter((candidate) => !earlier.has(candidate))) {
      const found = await stat(join(folder, '.tmp', name)).catch(() => undefined);
      if (found !== undefined && found.size > 4 * 1024 * 1024 && found.size < 40 * 1024 * 1024) return;
    }
  }
}

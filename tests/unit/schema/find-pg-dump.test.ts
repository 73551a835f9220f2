import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPgDumps } from '#lib/schema/find-pg-dump.ts';

describe('findPgDumps', () => {
  let root = '';
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-find-')));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function install(folder: string, options: { name?: string; script: string }): Promise<string> {
    const file = join(root, folder, options.name ?? 'pg_dump');
    await mkdir(join(root, folder), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${options.script}\n`);
    await chmod(file, 0o755);
    return file;
  }

  it('finds each pg_dump on the path once, with its version, and passes over what does not run', async () => {
    const good = await install('good', { script: 'echo "pg_dump (PostgreSQL) 17.2 (Debian 17.2-1.pgdg)"' });
    const beta = await install('beta', { script: 'echo "pg_dump (PostgreSQL) 19beta1"' });
    await install('broken', { script: 'exit 127' });
    await install('other', { script: 'echo hello' });
    await install('wrapped', { name: 'pg_wrapper', script: 'echo "pg_dump (PostgreSQL) 14.1"' });
    await symlink('pg_wrapper', join(root, 'wrapped', 'pg_dump'));
    await mkdir(join(root, 'linked'));
    await symlink(good, join(root, 'linked', 'pg_dump'));
    const folders = ['missing', 'good', 'linked', 'broken', 'other', 'wrapped', 'beta'].map((name) => join(root, name));
    const found = await findPgDumps({ searchPath: ['', ...folders].join(delimiter) });
    expect(found.filter(({ path }) => path.startsWith(root))).toEqual([
      { path: good, version: '17.2', major: 17 },
      { path: beta, version: '19beta1', major: 19 },
    ]);
  });

  it('needs no path', async () => {
    for (const { path } of await findPgDumps({ searchPath: undefined }))
      expect(path).toMatch(/^\/usr\/.*\/bin\/pg_dump$/);
    expect((await findPgDumps({ searchPath: undefined })).some(({ path }) => path.startsWith(root))).toBe(false);
  });
});

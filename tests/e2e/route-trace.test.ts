import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { maxDuration } from '#app/api/inngest/route.ts';
import { projectFolder } from './build-app.ts';

const trace = join(projectFolder, '.next/server/app/api/inngest/route.js.nft.json');

/** The files a platform deploys with the Inngest route, relative to the project. */
async function readTrace(): Promise<string[]> {
  const { files } = z.object({ files: z.array(z.string()) }).parse(JSON.parse(await readFile(trace, 'utf8')));
  return files.map((file) => relative(projectFolder, resolve(dirname(trace), file)));
}

describe('the traced files of the Inngest route', () => {
  it('hold the pg_dump WebAssembly and all that loads it', async () => {
    const package_ = 'node_modules/@electric-sql/pglite-tools';
    const traced = (await readTrace()).filter((file) => file.startsWith(package_));
    expect(traced).toContain(`${package_}/dist/pg_dump.wasm`);
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-trace-'));
    for (const file of traced) await cp(join(projectFolder, file), join(folder, file));
    const module: unknown = await import(pathToFileURL(join(folder, package_, 'dist/pg_dump.js')).href);
    expect(module).toHaveProperty('pgDump');
    await rm(folder, { recursive: true });
  });

  it('hold the drivers of PostgreSQL and S3', async () => {
    const traced = await readTrace();
    for (const file of ['pg/lib/index.js', '@aws-sdk/client-s3/package.json']) {
      expect(traced).toContain(`node_modules/${file}`);
    }
  });

  it('hold nothing that only people and tests need', async () => {
    expect((await readTrace()).filter((file) => /^(tests|bench|demo|docs)\//.test(file))).toEqual([]);
  });

  it('may run as long as vercel.json grants', async () => {
    const vercel = z.object({ functions: z.record(z.string(), z.object({ maxDuration: z.number() })) });
    const { functions } = vercel.parse(JSON.parse(await readFile(join(projectFolder, 'vercel.json'), 'utf8')));
    expect(functions['app/api/inngest/route.ts']).toEqual({ maxDuration });
  });
});

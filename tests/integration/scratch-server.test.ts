import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withSession } from '#lib/postgres/connect.ts';
import { isListening } from '#lib/scratch/run-server.ts';
import { startScratchServer } from '#lib/scratch/start-scratch-server.ts';
import { stopScratchServer } from '#lib/scratch/stop-scratch-server.ts';
import { sweepScratch } from '#lib/scratch/sweep-scratch.ts';
import { withScratchServer } from '#lib/scratch/with-scratch-server.ts';
import { waitFor } from '#tests/support/wait-for.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  await chmod(folder, 0o777);
});
afterAll(async () => {
  await sweepScratch(folder, new Date(Date.now() + 1e9));
  await rm(folder, { recursive: true, force: true });
});

it('gives a server that holds data, and takes it away with its files', async () => {
  const seen = await withScratchServer({ major: 16, folder }, async (server) => {
    expect(server.major).toBeGreaterThanOrEqual(16);
    const { url } = server.connectionTo();
    await withSession(server.connectionTo(), (session) => session.query('create database "a b"'));
    await withSession(server.connectionTo('a b'), (session) =>
      session.query('create table public.t as select 1 as one'),
    );
    return { url, directory: server.directory };
  });
  expect(existsSync(seen.directory)).toBe(false);
  expect(await isListening(Number(new URL(seen.url).port))).toBe(false);
});

it('ends although the process that watches over it has died', async () => {
  const directory = await withScratchServer({ major: 16, folder }, async (server) => {
    const { stdout } = await promisify(execFile)('pgrep', ['-f', `guard ${server.directory}$`]);
    const guard = Number(stdout.trim());
    process.kill(guard, 'SIGKILL');
    await waitFor(async () => (existsSync(`/proc/${guard}`) ? undefined : true));
    return server.directory;
  });
  expect(existsSync(directory)).toBe(false);
});

it('is gone when what used it fails', async () => {
  await expect(withScratchServer({ major: 14, folder }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});

it('is refused where no program is new enough, with what there is and what to install', async () => {
  await expect(withScratchServer({ major: 99, folder }, async () => undefined)).rejects.toMatchObject({
    code: 'no_server_programs',
    exitCode: 3,
    hint: expect.stringContaining('postgresql-99'),
  });
  expect(await readdir(folder)).toEqual([]);
});

it('is found again by its id, also by two who start it at once, and stopped once or twice', async () => {
  const request = { id: 'run-7', folder, major: 14 };
  const [one, other] = await Promise.all([startScratchServer(request), startScratchServer(request)]);
  expect(one.connectionTo().url).toBe(other.connectionTo().url);
  expect([one.fresh, other.fresh].sort()).toEqual([false, true]);
  await withSession(one.connectionTo(), (session) => session.query('create table public.kept as select 1'));
  const again = await startScratchServer(request);
  const kept = await withSession(again.connectionTo(), (session) => session.query('select * from public.kept'));
  expect({ fresh: again.fresh, rows: kept.rowCount }).toEqual({ fresh: false, rows: 1 });
  await stopScratchServer(request);
  await stopScratchServer(request);
  expect(await readdir(folder)).toEqual([]);
  expect(await isListening(Number(new URL(one.connectionTo().url).port))).toBe(false);
});

it('is swept when its time is over, and not before', async () => {
  await startScratchServer({ id: 'forgotten', folder, major: 14, lifetimeMs: 60_000 });
  expect(await sweepScratch(folder)).toEqual([]);
  expect(await sweepScratch(folder, new Date(Date.now() + 61_000))).toEqual(['forgotten']);
  expect(await readdir(folder)).toEqual([]);
});

it.each(['SIGTERM', 'SIGKILL'] as const)('goes with a process that ends by %s', async (signal) => {
  const program = `
    import { withScratchServer } from '#lib/scratch/with-scratch-server.ts';
    await withScratchServer({ major: 14, folder: ${JSON.stringify(folder)} }, async (server) => {
      console.log(server.connectionTo().url);
      await new Promise((never) => setInterval(never, 1e6));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  const port = Number(new URL(String(said).trim()).port);
  expect(await isListening(port)).toBe(true);
  child.kill(signal);
  await once(child, 'exit');
  await waitFor(async () => (!(await isListening(port)) && (await readdir(folder)).length === 0) || undefined);
});

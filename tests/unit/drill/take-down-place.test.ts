import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { takeDownPlace } from '#lib/drill/set-up-place.ts';
import { type KeptMachine, keepSomething, listKept } from '#lib/runs/kept-store.ts';
import { scratchConnectionName, sweepScratchConnections } from '#lib/scratch/scratch-connection.ts';
import { scratchDirectory } from '#lib/scratch/start-scratch-server.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const run = '20261121T014500Z-x7k2qd';
const hour = 3_600_000;

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'holdfast-temporary-'));
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(temporary, { recursive: true });
});

/** The folder of a run's server that nobody listens for any more. */
async function leaveServer(until: number): Promise<string> {
  const folder = join(temporary, `holdfast-drills-${process.getuid?.() ?? 0}`);
  const id = scratchConnectionName(run);
  const directory = scratchDirectory({ id, folder });
  await mkdir(directory, { recursive: true });
  const about = { id, owner: null, starter: process.pid, until: new Date(until).toISOString(), ready: true };
  const program = { bin: '/nowhere', version: '16.0', major: 16, port: 1, password: 'p' };
  await writeFile(join(directory, 'scratch.json'), JSON.stringify({ ...about, ...program }));
  return directory;
}

it.each<[what: string, machine: KeptMachine | undefined, left: number]>([
  ['of this machine', { host: hostname(), until: new Date(Date.now() + hour).toISOString() }, 0],
  ['of no machine', undefined, 0],
  ['of another machine', { host: 'elsewhere', until: new Date(Date.now() + hour).toISOString() }, 1],
  ['of another machine whose time is over', { host: 'elsewhere', until: new Date(Date.now() - 1).toISOString() }, 0],
])('the mark of a drill %s', async (_what, machine, left) => {
  await using place = await openFileRepository();
  await keepSomething(place.repository, { run, what: 'drill', ...(machine ? { machine } : {}) });
  const directory = await leaveServer(Date.now() + hour);
  await takeDownPlace(place.repository, run);
  expect(existsSync(directory)).toBe(false);
  expect(await listKept(place.repository)).toHaveLength(left);
});

it('servers that were left on this machine go when their time is over', async () => {
  expect(await sweepScratchConnections()).toEqual([]);
  const young = await leaveServer(Date.now() + hour);
  expect(await sweepScratchConnections()).toEqual([]);
  expect(existsSync(young)).toBe(true);
  const old = await leaveServer(Date.now() - 1);
  expect(await sweepScratchConnections()).toEqual([scratchConnectionName(run)]);
  expect(existsSync(old)).toBe(false);
});

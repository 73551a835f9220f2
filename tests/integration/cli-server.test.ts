import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readEnvironment } from '#lib/config/environment.ts';
import { scratchDirectory } from '#lib/scratch/start-scratch-server.ts';
import { countTables, createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';

/** Starts a server's runner over the repository and the state of a place. */
async function startServer(
  place: CliPlace,
  { env, event }: { env: Record<string, string>; event?: object },
): Promise<AsyncDisposable & { process: ChildProcess }> {
  const main = join(import.meta.dirname, '..', 'support', 'embedded-server-main.ts');
  const args = event === undefined ? [main] : [main, JSON.stringify(event)];
  const { PATH, HOME } = readEnvironment();
  const child = spawn(process.execPath, args, {
    cwd: place.folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...{ PATH, HOME, NODE_ENV: 'production' },
      ...{ HOLDFAST_REPOSITORY: `file:${place.repository}`, HOLDFAST_STATE: place.state },
      ...env,
    },
  });
  await once(child.stdout, 'data');
  return {
    process: child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function untilWaiting(place: CliPlace): Promise<string> {
  for (;;) {
    const { runs } = await place.runJson(['runs']);
    const waiting = runs.find(({ status }: { status: string }) => status === 'waiting');
    if (waiting !== undefined) return waiting.run.id;
    await sleep(200);
  }
}

it('a run of a server is approved and cancelled from the command line, also while the server is down', async () => {
  await using source = await createCliSource();
  await using target = await createDatabase({ cluster: 'target' });
  const env = { DATABASE_URL: source.url, NEON_DATABASE_URL: target.url };
  await using place = await openCliPlace(env);
  expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
  const data = { backup: 'latest', to: 'neon', requireApproval: true };
  const event = { name: 'holdfast/restore.requested', data };
  {
    await using _server = await startServer(place, { env, event });
    const run = await untilWaiting(place);
    expect(await place.runJson(['cancel', run])).toMatchObject({ cancelled: true, result: { status: 'cancelled' } });
    expect(await countTables(target.url)).toBe(0);
  }
  let run = '';
  {
    await using server = await startServer(place, { env, event });
    run = await untilWaiting(place);
    server.process.kill('SIGKILL');
    await once(server.process, 'close');
  }
  // Its journal is the server's: nobody else takes it up.
  expect(await place.run(['resume'])).toMatchObject({ exitCode: 0, stdout: 'There is nothing to resume.\n' });
  const said = await place.runBadly(['approve', run], { exitCode: 1 });
  expect(said).toMatch(/is written down, but nobody has taken it up.*start the server again/s);
  await using _again = await startServer(place, { env });
  for (;;) {
    const shown = await place.runJson(['show', run]);
    if (shown.status === 'completed') break;
    expect(['running', 'waiting']).toContain(shown.status);
    await sleep(200);
  }
  expect(await countTables(target.url)).toBeGreaterThan(0);
});

it('a server that starts takes away what drills of this machine have left, when its time is over', async () => {
  await using place = await openCliPlace({});
  const folder = join(place.folder, `holdfast-drills-${process.getuid?.() ?? 0}`);
  const directory = scratchDirectory({ id: 'scratch-20261101t000000z-aaaa', folder });
  await mkdir(directory, { recursive: true });
  const about = { id: 'scratch-20261101t000000z-aaaa', owner: null, starter: 1, until: '2026-11-02T00:00:00.000Z' };
  const program = { bin: '/nowhere', version: '16.0', major: 16, port: 1, password: 'p', ready: true };
  await writeFile(join(directory, 'scratch.json'), JSON.stringify({ ...about, ...program }));
  await using _server = await startServer(place, { env: { TMPDIR: place.folder } });
  await waitFor(async () => (existsSync(directory) ? undefined : true));
});

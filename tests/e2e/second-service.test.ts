import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { startApp, token } from './app-server.ts';
import { projectFolder } from './build-app.ts';
import { spawnServer } from './spawn-server.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const releaseSchema = z.object({ version: z.string(), state: z.string(), backup: z.string().nullable() });

/** Starts one of the services of docs/events.md, and waits until it listens. */
async function startService(file: string, env: Record<string, string>) {
  const port = await findFreePort();
  const server = spawnServer({
    program: process.execPath,
    arguments: [join('examples/second-service', file)],
    folder: projectFolder,
    env: { NODE_ENV: 'test', PATH: process.env['PATH'], PORT: String(port), CONNECTION: 'source', ...env },
  });
  const ended = server.exited.then(({ status }) => {
    throw new Error(`the service ended with ${status}:\n${server.log()}`);
  });
  const listens = async () => {
    while (!server.log().includes('listening')) await sleep(50);
  };
  await Promise.race([listens(), ended]);
  ended.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    log: server.log,
    [Symbol.asyncDispose]: async () => void (await server.kill('SIGKILL')),
  };
}

describe('a second service with no Inngest', () => {
  it('asks for a backup by an event, and lets its release go when the backup is completed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-events-'));
    const source = await createDatabase({ cluster: 'source' });
    try {
      await runSql(source.url, 'create table players as select n as id from generate_series(1, 100) n');
      const port = await findFreePort();
      await using service = await startService('by-webhook.ts', {
        ...{ HOLDFAST_URL: `http://127.0.0.1:${port}`, HOLDFAST_TOKEN: token, WEBHOOK_SECRET: secret },
      });
      const notify = [
        { kind: 'webhook', urlFrom: 'RELEASES_URL', secretFrom: 'RELEASES_SECRET', on: ['success', 'failure'] },
      ];
      await writeFile(join(folder, 'config.ts'), `export default ${JSON.stringify({ notify })};\n`);
      await using app = await startApp({
        port,
        environment: {
          ...{ HOLDFAST_CONFIG: join(folder, 'config.ts'), HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}` },
          ...{ HOLDFAST_STATE: join(folder, 'state'), HOLDFAST_DATABASE_SOURCE_URL: source.url },
          ...{ RELEASES_URL: `${service.url}/holdfast`, RELEASES_SECRET: secret },
        },
      });
      const release = () =>
        fetch(`${service.url}/releases`, { method: 'POST', body: JSON.stringify({ version: '1.4.0' }) });
      expect((await release()).status).toBe(202);
      const current = async () =>
        z.array(releaseSchema).parse(await (await fetch(`${service.url}/releases`)).json())[0];
      while ((await current())?.state !== 'released') await sleep(100);
      const { backup } = releaseSchema.parse(await current());
      // Asked for again it is the same release, and no second backup.
      expect((await release()).status).toBe(202);
      const { json } = await app.call('/api/v1/backups');
      expect(json).toMatchObject({ backups: [{ backupId: backup }], next: null });

      const forged = JSON.stringify({ type: 'holdfast.success', data: { kind: 'backup', event: 'success', run: 'x' } });
      const at = new Date();
      const headers = {
        ...{ 'webhook-id': 'forged', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) },
        'webhook-signature': new Webhook('whsec_b3RoZXI=').sign('forged', at, forged),
      };
      expect((await fetch(`${service.url}/holdfast`, { method: 'POST', body: forged, headers })).status).toBe(401);
    } finally {
      await source.drop();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a second service with Inngest', () => {
  it('serves a function that Holdfast’s event starts', async () => {
    await using service = await startService('by-inngest.ts', { INNGEST_DEV: 'http://127.0.0.1:1' });
    const told: unknown = await (await fetch(`${service.url}/api/inngest`)).json();
    expect(told).toMatchObject({ function_count: 1, mode: 'dev' });
    // Nobody listens where its Inngest should be.
    expect((await fetch(`${service.url}/releases`, { method: 'POST' })).status).toBe(503);
  });
});

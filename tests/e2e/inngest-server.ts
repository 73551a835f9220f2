import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { functions } from '#inngest/functions.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { type PostgresCluster, startCluster } from '#tests/support/postgres-cluster.ts';
import { shutGate, writeGatedConfig } from '#tests/support/query-gate.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, startApp } from './app-server.ts';
import buildApp from './build-app.ts';
import { environmentFor, type InngestMode, startInngest } from './inngest-binary.ts';
import { waitForResult } from './run-of-event.ts';

/**
 * The built app on a real Inngest server, as a dev server and as a self-hosted one: a backup and a restore, the app
 * killed in the middle of each. `INNGEST_BIN=/path/to/inngest npm run test:inngest`; the binary comes with the npm
 * package `inngest-cli`.
 */
async function main(): Promise<void> {
  const binary = process.env['INNGEST_BIN'] ?? '';
  if (binary === '') {
    console.log('SKIPPED: INNGEST_BIN is not set to the binary of an Inngest server; nothing was tested against one.');
    return;
  }
  await buildApp();
  for (const mode of ['dev', 'start'] as const) await tryServer(binary, mode);
  console.log('The app ran on a real Inngest server, in both modes.');
}

/** After a kill Inngest tries the step again within a minute or so; a run here has two of those at most. */
const patienceMs = 10 * 60_000;
const slugs = functions.map((fn) => fn.id('holdfast'));

async function tryServer(binary: string, mode: InngestMode): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-inngest-'));
  await using source = await startCluster({ major: 16 });
  await using target = await startCluster({ major: 18 });
  await fill(source, target);
  await writeGatedConfig(join(folder, 'holdfast.config.ts'));
  const port = await findFreePort();
  const appPort = await findFreePort();
  const repository = `file:${join(folder, 'repository')}`;
  const environment = {
    ...environmentFor(mode, port),
    HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
    HOLDFAST_REPOSITORY: repository,
    HOLDFAST_DATABASE_SOURCE_URL: source.urlOf('game'),
    HOLDFAST_DATABASE_TARGET_URL: target.urlOf('game'),
  };
  const start = (): Promise<AppServer> => startApp({ environment, port: appPort });
  let app = await start();
  await using inngest = await startInngest({ binary, mode, port, appUrl: app.url, folder });
  const overdue = setTimeout(() => {
    console.error(`${mode}: not done after ${patienceMs} ms.\nInngest:\n${inngest.log()}\nApp:\n${app.log()}`);
    process.exit(1);
  }, patienceMs);
  try {
    await inngest.lists(slugs);
    console.log(`${mode}: ${slugs.length} functions are registered`);

    /** Sends the event, kills the app when the run stands before the gate, starts it again, answers the result. */
    const runThroughKill = async (event: { name: string; data: object }, gated: string): Promise<RunResult> => {
      await using gate = await shutGate(gated);
      const chosen = `${event.name}-${mode}-${Date.now()}`;
      const { status, json } = await app.call('/api/v1/events', { ...event, id: chosen });
      assert.equal(status, 202);
      const [id = ''] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
      await gate.reached();
      await app.kill('SIGKILL');
      const killedAt = Date.now();
      await gate.open();
      app = await start();
      const result = await waitForResult(await openRepository({ location: repository, access: 'write' }), id);
      console.log(`${mode}: ${event.name} ${result.status}, ${Date.now() - killedAt} ms after the app was killed`);
      assert.deepEqual([result.status, result.error], ['completed', null]);
      return result;
    };

    const backup = await runThroughKill(
      { name: 'holdfast/backup.requested', data: { connection: 'source', pgDump: 'wasm' } },
      source.urlOf('game'),
    );
    const { epochs, pgDump } = z.object({ epochs: z.number(), pgDump: z.string() }).parse(backup.outcome);
    assert.deepEqual([epochs, pgDump], [2, 'wasm'], 'the snapshot went with the app: the rows are read again');
    await runThroughKill(
      { name: 'holdfast/restore.requested', data: { backup: 'latest', from: 'source', to: 'target' } },
      target.urlOf('game'),
    );
    await expectEqualDatabases(source.urlOf('game'), target.urlOf('game'));
  } finally {
    clearTimeout(overdue);
    await app.kill('SIGKILL');
  }
  await rm(folder, { recursive: true });
}

async function fill(source: PostgresCluster, target: PostgresCluster): Promise<void> {
  for (const { url } of [source, target]) await runSql(url, 'create database game template template0');
  await runSql(
    source.urlOf('game'),
    `create table players (id bigint generated always as identity primary key, name text not null);
     create table scores (player bigint not null references players, score int not null);
     insert into players (name) select 'player ' || n from generate_series(1, 20000) n;
     insert into scores select n, n % 1000 from generate_series(1, 20000) n;
     create index on scores (score)`,
  );
}

await main();

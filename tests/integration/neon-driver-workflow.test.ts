import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { UserConfig } from '#lib/config/config-schema.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { createDatabase, ensureTemplate } from '#tests/support/test-database.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

/** Names that no resolver knows: what goes there goes through the proxy. */
const hosts = {
  source: 'ep-test-sun-123456-pooler.eu-central-1.aws.neon.tech',
  target: 'ep-test-moon-654321.eu-central-1.aws.neon.tech',
};
const config: UserConfig = { connections: { source: { driver: 'websocket' }, target: { driver: 'websocket' } } };

function atHost(url: string, host: string): string {
  const changed = new URL(url);
  changed.hostname = host;
  changed.port = '';
  return changed.href;
}

/** Twelve tables of about 1.4 MB, and an index that takes a second. */
function bigTemplate(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'neon_driver',
    build: async (url) => {
      const tables = Array.from(
        { length: 12 },
        (_, n) => `create table big_${n} (id int primary key, body text);
          insert into big_${n} select i, repeat(md5((i * ${n + 1})::text), 8) from generate_series(1, 5000) i`,
      );
      await runSql(url, tables.join(';\n'));
      await runSql(
        url,
        `create function slowly(int) returns int immutable language plpgsql as
           $$ begin perform pg_sleep(0.02); return $1; end $$;
         create table slow as select i as id from generate_series(1, 50) i;
         create index slow_index on slow (slowly(id))`,
      );
    },
  });
}

/** Two databases that are reached through one proxy only. */
async function openPlaces(template: string) {
  const source = await createDatabase({ cluster: 'source', template });
  const target = await createDatabase({ cluster: 'target' });
  const aliases = {
    [`${hosts.source.replace('-pooler', '')}:5432`]: source.url,
    [`${hosts.target}:5432`]: target.url,
  };
  const proxy = await startWebSocketProxy({ servers: [], aliases });
  return {
    source,
    target,
    proxy,
    options: {
      source: atHost(source.url, hosts.source),
      target: atHost(target.url, hosts.target),
      config,
      environment: { HOLDFAST_NEON_WSPROXY: proxy.address },
    },
    [Symbol.asyncDispose]: async () => {
      await proxy.stop();
      await Promise.all([source.drop(), target.drop()]);
    },
  };
}

describe('over WebSockets on both sides', () => {
  it('the zoo is backed up, restored and proven', async () => {
    await using places = await openPlaces(await zooTemplate());
    await withHoldfast(places.options, async (holdfast) => {
      const backup = await holdfast.backup();
      expect(backup.result.error).toBeNull();
      expect(backup.result.outcome).toMatchObject({ pgDump: 'wasm' });
      const restore = await holdfast.restore();
      expect(restore.result.error).toBeNull();
      expect(restore.proof).toMatchObject({ passed: true, level: 'content' });
    });
    await expectEqualDatabases(places.source.url, places.target.url);
  });

  it('a restore goes on when the compute restarts, again and again', async () => {
    await using places = await openPlaces(await bigTemplate());
    const { proxy, target } = places;
    let restarts = 0;
    /** Every connection dies, by turns with and without a word, and the next one finds the compute asleep. */
    const restartCompute = async (): Promise<void> => {
      proxy.sleep(1, `Couldn't connect to compute node`);
      if (restarts++ % 2 === 0) await runSql(target.url, `select pg_terminate_backend(pid) ${ours}`);
      else proxy.cutAll();
    };
    await withHoldfast(places.options, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const run = await holdfast.start({
        name: 'holdfast/restore.requested',
        data: { backup: 'latest', to: 'target' },
      });
      const [sentBefore, cameBefore] = [proxy.bytesToServers, proxy.bytesToClients];
      // 16 MB go in; what a restart has interrupted goes twice.
      for (const mark of [3e6, 6e6, 9e6]) {
        while (proxy.bytesToServers < sentBefore + mark) await sleep(1);
        await restartCompute();
      }
      await until(target.url, `select ${ours} and state = 'active' and query ilike 'create index slow_index%'`);
      await restartCompute();
      // The proof reads them back.
      for (const mark of [3e6, 7e6]) {
        while (proxy.bytesToClients < cameBefore + mark) await sleep(1);
        await restartCompute();
      }
      const { result, proof } = await run.finished;
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true, level: 'content' });
      const failed = result.timeline.filter(({ attempts }) => attempts.length > 1);
      const parts = new Set(failed.map(({ slug }) => slug.replace(/-\d+$/, '')));
      expect([...parts]).toEqual(expect.arrayContaining(['load', 'build', 'read']));
      const errors = failed.flatMap(({ attempts }) => attempts.map(({ error }) => error?.code));
      expect(new Set(errors.filter((code) => code !== undefined))).toEqual(
        new Set(['connection_lost', 'compute_asleep']),
      );
    });
    expect(restarts).toBe(6);
    await expectEqualDatabases(places.source.url, target.url);
  });

  it('a backup goes on when the compute restarts, under another snapshot', async () => {
    await using places = await openPlaces(await bigTemplate());
    const { proxy, source } = places;
    await withHoldfast(places.options, async (holdfast) => {
      const run = await holdfast.start({ name: 'holdfast/backup.requested', data: { connection: 'source' } });
      while (proxy.bytesToClients < 4e6) await sleep(1);
      proxy.sleep(1, `Couldn't connect to compute node`);
      await runSql(source.url, `select pg_terminate_backend(pid) ${ours}`);
      const { result } = await run.finished;
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 2 } });
      expect((await holdfast.restore()).proof).toMatchObject({ passed: true, level: 'content' });
    });
  });
});

const ours = `from pg_stat_activity where datname = current_database() and application_name = 'holdfast'`;

/** Repeats a query until it answers a row. */
async function until(url: string, sql: string): Promise<void> {
  await withClient(url, async (client) => {
    while ((await client.query(sql)).rowCount === 0) await sleep(5);
  });
}

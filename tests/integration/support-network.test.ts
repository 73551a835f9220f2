import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startPgBouncer } from '#tests/support/pgbouncer.ts';
import { startSmallPooler } from '#tests/support/small-pooler.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { testCluster, withDatabase } from '#tests/support/test-database.ts';
import type { TransactionPooler } from '#tests/support/transaction-pooler.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

describe('the TCP proxy', () => {
  it('passes a session through and counts it', async () => {
    await using proxy = await startTcpProxy(testCluster('source').url);
    expect(await runSql(proxy.url, `select length(repeat('x', 5000000)) as length`)).toEqual([{ length: '5000000' }]);
    expect(proxy.accepted).toBe(1);
  });

  it('cuts every open connection and takes new ones', async () => {
    await using proxy = await startTcpProxy(testCluster('source').url);
    const client = new pg.Client({ connectionString: proxy.url });
    client.on('error', () => undefined);
    await client.connect();
    const sleeping = expect(client.query('select pg_sleep(60)')).rejects.toThrow();
    setTimeout(proxy.cutAll, 100);
    await sleeping;
    expect(await runSql(proxy.url, 'select 1 as one')).toEqual([{ one: '1' }]);
  });

  it('cuts after a number of bytes and only once', async () => {
    await using proxy = await startTcpProxy(testCluster('source').url);
    proxy.cutAfter(100_000, 'to-client');
    const megabyte = `select repeat('x', 1000000) as text`;
    await expect(runSql(proxy.url, megabyte)).rejects.toThrow();
    expect(proxy.bytesToClients).toBeLessThanOrEqual(100_000);
    await expect(runSql(proxy.url, megabyte)).resolves.toHaveLength(1);
  });

  it('loses every packet while it is a black hole, and delays them when told to', async () => {
    await using proxy = await startTcpProxy(testCluster('source').url);
    proxy.blackhole(true);
    let answered = false;
    const answer = runSql(proxy.url, 'select 1 as one').then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    proxy.blackhole(false);
    await answer;
    proxy.delay(50);
    const start = performance.now();
    await runSql(proxy.url, 'select 1');
    expect(performance.now() - start).toBeGreaterThan(100);
  });

  it('refuses new connections when told to', async () => {
    await using proxy = await startTcpProxy(testCluster('source').url);
    proxy.refuse(true);
    await expect(runSql(proxy.url, 'select 1')).rejects.toThrow();
  });
});

const poolers: [string, (url: string) => Promise<TransactionPooler | undefined>][] = [
  ['the stand-in', startSmallPooler],
  ['PgBouncer', startPgBouncer],
];

describe.each(poolers)('%s, a transaction pooler', (name, start) => {
  it('gives two sessions one backend and keeps a transaction together', async ({ skip }) => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await using pooler = await start(url);
      if (pooler === undefined) return skip(`${name} is not installed`);
      await withClient(pooler.url, (first) =>
        withClient(pooler.url, async (second) => {
          const backendOf = async (client: pg.Client): Promise<unknown> =>
            (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
          expect(await backendOf(first)).toBe(await backendOf(second));
          await first.query('begin; create table t as select 1 as a');
          const waits = second.query('select count(*) from t');
          await first.query('insert into t values (2)');
          await first.query('commit');
          expect((await waits).rows).toEqual([{ count: '2' }]);
          await first.query(`set application_name = 'left behind'`);
          expect((await second.query('select $1::int + 1 as two', [1])).rows).toEqual([{ two: '2' }]);
          await expect(second.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
          expect((await second.query('select 1 as one')).rows).toEqual([{ one: '1' }]);
        }),
      );
    });
  });
});

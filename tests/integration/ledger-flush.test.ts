import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connect, withSession } from '#lib/postgres/connect.ts';
import { applyOnce, createLedger, flushCommits } from '#lib/restore/ledger.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { runSql } from '#tests/support/with-client.ts';

const runId = 'run';

it('keeps what was loaded before the end of a step when the server crashes right after it', async () => {
  await using cluster = await startCluster({
    major: 18,
    settings: { synchronous_commit: 'off', wal_writer_delay: '10s' },
  });
  const target = { name: 'neon', url: cluster.url };
  await withSession(target, async (session) => {
    await session.query('create table public.told (n integer)');
    await createLedger(session, { runId, requireEmpty: async () => undefined });
  });
  const load = async (item: string, options: { flush: boolean }): Promise<void> => {
    const session = await connect(target);
    await session.query('set synchronous_commit = off');
    await applyOnce(session, { runId, item }, async () => {
      await session.query('insert into public.told select pg_catalog.generate_series(1, 1000)');
    });
    if (options.flush) await flushCommits(session, { runId, item: 'flushed/0' });
    await crash(cluster.url);
    await session.end().catch(() => undefined);
  };
  await load('rows/0', { flush: true });
  await expect(runSql(cluster.url, 'select count(*) from told')).resolves.toEqual([{ count: '1000' }]);
  // Twice, as every step of a lane does; and without it the rows go together with their row of the ledger.
  await load('rows/1', { flush: true });
  await load('rows/2', { flush: false });
  const [row] = await runSql(
    cluster.url,
    `select (select count(*) / 1000 from told) as loads, (select count(*) from holdfast.ledger where item like 'rows/%') as items`,
  );
  expect(row?.['loads']).toBe(row?.['items']);
  expect(Number(row?.['loads'])).toBeGreaterThanOrEqual(2);
});

/** SIGKILL of a backend: the server ends all others and recovers from what is on the disk. */
async function crash(url: string): Promise<void> {
  const [backend] = await runSql(url, `select pid from pg_stat_activity where application_name = 'holdfast'`);
  process.kill(Number(backend?.['pid']), 'SIGKILL');
  for (;;) {
    await sleep(100);
    const rows = await runSql(url, 'select 1').catch(() => []);
    if (rows.length > 0) return;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { copyPieces } from '#lib/backup/copy-pieces.ts';
import { holdSnapshot, releaseSnapshot } from '#lib/backup/held-snapshot.ts';
import { planBackup } from '#lib/backup/plan-backup.ts';
import { readBackupPlan } from '#lib/backup/plan-store.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { loadChunks } from '#lib/restore/load-chunks.ts';
import { preflightRestore } from '#lib/restore/preflight-restore.ts';
import { prepareTarget } from '#lib/restore/prepare-target.ts';
import { readRestorePlan } from '#lib/restore/restore-state.ts';
import type { StepRecord } from '#lib/runs/run-record.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { createDatabase, ensureTemplate } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** Twelve tables of about 1.4 MB, and an index that takes its time. */
function bigTemplate(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'big',
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

/** Repeats a query over one connection until it answers a row. */
async function until(client: pg.Client, sql: string): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await sleep(5)) {
    if ((await client.query(sql)).rowCount !== 0) return;
  }
  throw new Error(`in vain: ${sql}`);
}

const ours = `from pg_stat_activity where datname = current_database() and application_name = 'holdfast'`;
const holder = `${ours} and state = 'idle in transaction' and query like '%extconfig%'`;

/** Ends one backend that runs, or has last run, a statement that matches, as soon as there is one. */
function terminate(url: string, condition: string): Promise<void> {
  return withClient(url, (client) => until(client, `select pg_terminate_backend(pid) ${condition} limit 1`));
}

const failedOnce = ({ attempts }: StepRecord): boolean =>
  attempts.map(({ outcome }) => outcome).join() === 'failed,completed';

async function expectCopyEquals(holdfast: Holdfast, urls: { source: string; target: string }): Promise<void> {
  const restore = await holdfast.restore();
  expect(restore.result.error).toBeNull();
  expect(restore.proof).toMatchObject({ passed: true, level: 'content' });
  await expectEqualDatabases(urls.source, urls.target);
}

describe('a backup', () => {
  it('goes on where it was when a connection is cut in the middle of COPY', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await using proxy = await startTcpProxy(source.url);
    await withHoldfast({ source: proxy.url, target: target.url }, async (holdfast) => {
      proxy.cutAfter(9_000_000, 'to-client');
      const { result } = await holdfast.backup();
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 1 } });
      const [again] = result.timeline.filter(failedOnce);
      expect(again).toMatchObject({ slug: 'copy-0', attempts: [{ error: { code: 'connection_lost' } }, {}] });
      expect(again?.attempts[0]?.error?.message).toMatch(/^table public\.big_\d+: /);
      expect(again?.attempts[1]?.waitedMs).toBeGreaterThanOrEqual(10);
      // 16 MB are in the tables: had every piece been read again, 25 MB would have passed.
      expect(proxy.bytesToClients).toBeLessThan(22_000_000);
      await expectCopyEquals(holdfast, { source: source.url, target: target.url });
    });
  });

  it('begins anew under another snapshot when the session that holds it is ended, and says so', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      const [{ result }] = await Promise.all([holdfast.backup(), terminate(source.url, holder)]);
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 2 } });
      expect(result.timeline.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['snapshot-1', 'snapshot-2']));
      expect((await findManifest(holdfast.repository, { backup: 'latest' })).epoch).toBe(2);
      await expectCopyEquals(holdfast, { source: source.url, target: target.url });
    });
  });

  it('keeps tables from being dropped or emptied as long as it reads', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url }, async (holdfast) => {
      const connection = findConnection((await holdfast.workspace()).config, 'source');
      await holdSnapshot('test', { connection, lockTimeoutMs: 1_000 });
      for (const sql of [
        'drop table shop.orders cascade',
        'truncate shop.prices',
        'alter table shop.empty add c int',
      ]) {
        await expect(runSql(source.url, `set lock_timeout = '100ms'; ${sql}`)).rejects.toMatchObject({ code: '55P03' });
      }
      await releaseSnapshot('test');
      await runSql(source.url, 'drop table shop.orders cascade');
    });
  });

  it('gives way to a migration that waits for it, and then backs up what the migration made', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    const config = { lockTimeout: '300ms' };
    await withHoldfast({ source: source.url, target: target.url, config }, async (holdfast) => {
      const migrate = (): Promise<void> =>
        withClient(source.url, async (client) => {
          await until(client, `select ${holder}`);
          await client.query('alter table shop.prices add currency text');
        });
      const [{ result }] = await Promise.all([holdfast.backup(), migrate()]);
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 2 } });
      expect(result.error).toBeNull();
      await expectCopyEquals(holdfast, { source: source.url, target: target.url });
    });
  });

  it('gives its snapshot up where a lane has to wait behind a migration', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url }, async ({ repository, workspace }) => {
      const connection = findConnection((await workspace()).config, 'source');
      const run = { runId: '20261121T000000Z-aaaaaa', epoch: 1 };
      const about = { connection, lockTimeoutMs: 300, repository };
      const snapshot = await holdSnapshot(run.runId, about);
      await planBackup(run, { ...about, snapshot, major: 16, lanes: 1 });
      const plan = await readBackupPlan(repository, run);
      await withClient(source.url, async (client) => {
        const migration = client.query('alter table shop.prices add currency text');
        const copied = copyPieces({ ...run, lane: 0, from: 0 }, { ...about, plan, snapshot, budgetMs: 10_000 });
        await expect(copied).rejects.toMatchObject({
          ...{ name: 'SnapshotLostError', code: 'snapshot_given_up' },
          message: expect.stringMatching(/table shop\.prices, which process \d+ \(holdfast-test, postgres\) locks/),
        });
        await migration;
      });
    });
  });

  it('stores nothing for what has not changed since the last one, and little for a little', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await withHoldfast({ source: source.url }, async (holdfast) => {
      const totals = async (): Promise<{ stored: number; newStored: number }> => {
        const { result } = await holdfast.backup();
        expect(result.error).toBeNull();
        const { totals } = await findManifest(holdfast.repository, { backup: 'latest' });
        return { stored: Number(totals.stored), newStored: Number(totals.newStored) };
      };
      const first = await totals();
      expect(first.newStored).toBe(first.stored);
      expect((await totals()).newStored).toBe(0);
      await runSql(source.url, `update big_3 set body = upper(body) where id between 1000 and 1049`);
      const third = await totals();
      expect(third.newStored).toBeGreaterThan(0);
      expect(third.newStored).toBeLessThan(third.stored / 10);
    });
  });
});

describe('a restore', () => {
  it('loads every row once when a connection is cut in the middle of COPY', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await using proxy = await startTcpProxy(target.url);
    await withHoldfast({ source: source.url, target: proxy.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      proxy.cutAfter(9_000_000, 'to-server');
      const { result, proof } = await holdfast.restore();
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true, level: 'content' });
      const [again] = result.timeline.filter(failedOnce);
      expect(again).toMatchObject({ slug: 'load-0', attempts: [{ error: { code: 'connection_lost' } }, {}] });
    });
    await expectEqualDatabases(source.url, target.url);
  });

  it('outlives the end of a loading backend and of one that builds an index', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const [{ result, proof }] = await Promise.all([
        holdfast.restore(),
        terminate(target.url, `${ours} and state = 'active' and query ilike 'copy %from stdin'`),
        terminate(target.url, `${ours} and state = 'active' and query ilike 'create index slow_index%'`),
      ]);
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true, level: 'content' });
      const again = result.timeline.filter(failedOnce).map(({ slug }) => slug.replace(/-\d+$/, ''));
      expect(again.sort()).toEqual(['build', 'load']);
    });
    await expectEqualDatabases(source.url, target.url);
  });

  it('loads every row once when the same step runs twice at the same time', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { config, repository } = await holdfast.workspace();
      const [connection, runId] = [findConnection(config, 'target'), '20261121T000000Z-aaaaaa'];
      const manifest = await findManifest(repository, { backup: 'latest' });
      const entries = await readSchemaEntries(repository, manifest);
      const preflight = await preflightRestore(connection, {
        manifest,
        entries,
        lanes: 1,
        runId,
        confirm: undefined,
        content: 'none',
      });
      await prepareTarget(runId, { manifest, target: connection, preflight, lanes: 1, repository });
      const plan = await readRestorePlan(repository, runId);
      await Promise.all([1, 2].map(() => applyPreData(connection, { runId, statements: plan.preData })));
      const load = async (): Promise<number> => {
        const options = { items: plan.rows[0] ?? [], manifest, target: connection, repository, budgetMs: 60_000 };
        return (await loadChunks({ runId, lane: 0, from: 0 }, options)).next;
      };
      expect(new Set(await Promise.all([load(), load(), load()]))).toEqual(new Set([plan.rows[0]?.length]));
    });
    const count = `select (select count(*) from shop.orders) as orders, (select count(*) from shop.customers) as customers`;
    expect(await runSql(target.url, count)).toEqual([{ orders: '3000', customers: '500' }]);
  });

  it('in steps of a millisecond comes to the same end', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    const environment = { HOLDFAST_STEP_BUDGET: '1ms' };
    await withHoldfast({ source: source.url, target: target.url, environment }, async (holdfast) => {
      const backup = await holdfast.backup();
      expect(backup.result.error).toBeNull();
      expect(backup.result.timeline.filter(({ slug }) => slug.startsWith('copy-')).length).toBeGreaterThan(3);
      const restore = await holdfast.restore();
      expect(restore.result.timeline.length).toBeGreaterThan(30);
      expect(restore.result.error).toBeNull();
    });
    await expectEqualDatabases(source.url, target.url);
  });

  it('that cannot be undone says what is left to do, with exit code 7', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await bigTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await using proxy = await startTcpProxy(target.url);
    await withHoldfast({ source: source.url, target: proxy.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const [{ result }] = await Promise.all([
        holdfast.restore(),
        withClient(target.url, async (client) => {
          await until(client, `select ${ours} and query ilike 'copy %from stdin'`);
          proxy.refuse(true);
          proxy.cutAll();
        }),
      ]);
      expect(result).toMatchObject({ status: 'failed', exitCode: 7, error: { name: 'RollbackFailedError' } });
      expect(result.error?.message).toMatch(/connection target .* The restore itself had ended so: /);
      expect(result.timeline.find(({ slug }) => slug === 'undo')?.attempts).toHaveLength(6);
    });
  });
});

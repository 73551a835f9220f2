import { expect, it } from 'vitest';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { readWaiting } from '#lib/runs/waiting-store.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, type TestDatabase, testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type FinishedRun, type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const swapped = { from: 'source', strategy: 'database-swap', confirm: 'target' };

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

/** A source of the shop and a target that serves notes, with a backup of the source at hand. */
async function withShops(
  use: (shops: { holdfast: Holdfast; source: TestDatabase; target: TestDatabase }) => Promise<void>,
  config: object = {},
): Promise<void> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, `create table notes (body text); insert into notes values ('lived')`);
  try {
    await withHoldfast({ source: source.url, target: target.url, config }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      await use({ holdfast, source, target });
    });
  } finally {
    for (const name of await beside(target)) await runSql(testCluster('target').url, `drop database "${name}" (force)`);
  }
}

/** Databases that runs have made beside the target. */
async function beside({ name }: TestDatabase): Promise<string[]> {
  const rows = await runSql(
    testCluster('target').url,
    `select datname from pg_database where datname like '${name}\\_\\_%' order by 1`,
  );
  return rows.map((row) => String(row['datname']));
}

async function notes(url: string): Promise<unknown[]> {
  return (await runSql(url, 'select body from notes order by 1')).map((row) => row['body']);
}

async function orders(url: string): Promise<unknown> {
  return (await runSql(url, 'select count(*) as n from shop.orders'))[0]?.['n'];
}

it('puts a proven copy in the place of a live database, and a rollback keeps what was written since', async () => {
  await withShops(async ({ holdfast, target }) => {
    const before = await everything(target.url);
    const { result, proof, id } = await holdfast.restore(swapped);
    expect(result.error).toBeNull();
    expect(proof).toMatchObject({ passed: true, level: 'content' });
    expect(await orders(target.url)).toBe('3000');
    expect(await beside(target)).toEqual([`${target.name}__before_${id}`]);
    const cutover = await readCutover(holdfast.repository, id);
    expect(cutover).toMatchObject({ state: 'live', because: expect.stringMatching(/may|can/) });
    expect(cutover?.interruptionMs).toBeGreaterThan(0);
    await runSql(target.url, `insert into shop.prices values ('written since', 7)`);

    const back = await holdfast.run('rollback', { run: id });
    expect(back.result.error).toBeNull();
    expect(back.result.outcome).toMatchObject({ rolledBack: id, walBytes: expect.stringMatching(/^[1-9]\d*$/) });
    expect(await everything(target.url)).toEqual(before);
    const aside = `${target.name}__rolled_back_${id}`;
    expect(await beside(target)).toEqual([aside]);
    const asideUrl = urlOfDatabase(target.url, { database: aside });
    expect(await runSql(asideUrl, `select price from shop.prices where sku = 'written since'`)).toEqual([
      { price: '7' },
    ]);

    const again = await holdfast.run('rollback', { run: id });
    expect(again.result).toMatchObject({ status: 'refused', exitCode: 3 });
    expect(again.result.error?.message).toContain('rolled back already');

    expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
    expect(await beside(target)).toEqual([]);
    expect(await notes(target.url)).toEqual(['lived']);
    expect(await listKept(holdfast.repository)).toEqual([]);
  });
});

it('refuses a rollback when the live database was replaced again since, and takes the newer one back first', async () => {
  await withShops(async ({ holdfast, source, target }) => {
    const first = await holdfast.restore(swapped);
    await runSql(source.url, `delete from shop.orders where id > 10`);
    expect((await holdfast.backup()).result.error).toBeNull();
    const second = await holdfast.restore(swapped);
    expect([first.result.error, second.result.error]).toEqual([null, null]);
    expect(await orders(target.url)).toBe('10');

    const early = await holdfast.run('rollback', { run: first.id });
    expect(early.result).toMatchObject({ status: 'refused', exitCode: 3 });
    expect(early.result.error?.message).toMatch(/was replaced or renamed since/);
    expect(await orders(target.url)).toBe('10');

    expect((await holdfast.run('rollback', { run: second.id })).result.error).toBeNull();
    expect(await orders(target.url)).toBe('3000');
    expect((await holdfast.run('rollback', { run: first.id })).result.error).toBeNull();
    expect(await notes(target.url)).toEqual(['lived']);
  });
});

it('leaves the copy beside the live database when asked not to cut over, until it is discarded', async () => {
  await withShops(async ({ holdfast, target }) => {
    const { result, id } = await holdfast.restore({ ...swapped, confirm: undefined, cutover: false });
    expect(result.error).toBeNull();
    expect(await notes(target.url)).toEqual(['lived']);
    const [staging] = await beside(target);
    expect(staging).toBe(`${target.name}__staging_${id}`);
    expect(await orders(urlOfDatabase(target.url, { database: staging ?? '' }))).toBe('3000');
    const back = await holdfast.run('rollback', { run: id });
    expect(back.result).toMatchObject({ status: 'refused', exitCode: 3 });
    expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
    expect(await beside(target)).toEqual([]);
  });
});

it('waits for approval between proof and cut-over, and discards what nobody approves', async () => {
  const approvalTimeout = '6s';
  await withShops(
    async ({ holdfast, target }) => {
      const data = { backup: 'latest', to: 'target', ...swapped, requireApproval: true };
      const event = { name: 'holdfast/restore.requested', data };
      const run = await holdfast.start(event);
      await waitFor(() => readWaiting(holdfast.repository, run.id));
      expect(await notes(target.url)).toEqual(['lived']);
      await holdfast.runner.send({ name: 'holdfast/run.approved', data: { run: 'another run' } });
      await holdfast.runner.send({ name: 'holdfast/run.approved', data: { run: run.id } });
      expect((await run.finished).result.error).toBeNull();
      expect(await orders(target.url)).toBe('3000');
      expect(await readWaiting(holdfast.repository, run.id)).toBeUndefined();

      const lapsed = await holdfast.start(event);
      expect((await lapsed.finished).result).toMatchObject({
        status: 'cancelled',
        exitCode: 6,
        error: { code: 'not_approved' },
      });
      expect(await beside(target)).toEqual([`${target.name}__before_${run.id}`]);
    },
    { approvalTimeout },
  );
});

it('discards the copy of a run that is cancelled while it waits', async () => {
  await withShops(async ({ holdfast, target }) => {
    const data = { backup: 'latest', to: 'target', ...swapped, requireApproval: true };
    const { id, finished } = await holdfast.start({ name: 'holdfast/restore.requested', data });
    finished.catch(() => undefined);
    await waitFor(() => readWaiting(holdfast.repository, id));
    const [pending] = holdfast.runner.pendingRuns();
    await holdfast.runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: pending?.event.id } });
    const result = await waitFor(() => readResult(holdfast.repository, id));
    expect(result).toMatchObject({ status: 'cancelled', exitCode: 6 });
    expect(await beside(target)).toEqual([]);
    expect(await notes(target.url)).toEqual(['lived']);
    await holdfast.runner.idle();
  });
});

it('keeps the live database and nothing else when the backup turns out to be damaged', async () => {
  await withShops(async ({ holdfast, target }) => {
    const before = await everything(target.url);
    await damages['one flipped bit'](await findChunk(holdfast, { name: 'orders' }));
    const { result } = await holdfast.restore(swapped);
    expect(result).toMatchObject({ status: 'failed', exitCode: 5 });
    expect(await everything(target.url)).toEqual(before);
    expect(await beside(target)).toEqual([]);
    expect(await listKept(holdfast.repository)).toEqual([]);
  });
});

it('keeps a copy whose proof failed only when asked to, and lets nobody mistake it for live', async () => {
  const config = {
    connections: { source: { criticalQueries: [{ name: 'where am I', sql: 'select current_database()' }] } },
  };
  await withShops(async ({ holdfast, target }) => {
    const dropped = await holdfast.restore(swapped);
    expect(dropped.result).toMatchObject({ status: 'proof-failed', exitCode: 4 });
    expect(await beside(target)).toEqual([]);
    const kept = await holdfast.restore({ ...swapped, keepStaging: true });
    expect(kept.result).toMatchObject({ status: 'proof-failed', exitCode: 4 });
    expect(await beside(target)).toEqual([`${target.name}__staging_${kept.id}`]);
    expect(await notes(target.url)).toEqual(['lived']);
    const back = await holdfast.run('rollback', { run: kept.id });
    expect(back.result.status).toBe('refused');
    expect((await holdfast.run('discard', { run: kept.id })).result.error).toBeNull();
    expect(await beside(target)).toEqual([]);
  }, config);
});

it('goes back to a backup in the very database it was taken from only with its name', async () => {
  await withShops(async ({ holdfast, source }) => {
    await runSql(source.url, 'drop table shop.secrets');
    const onSource = { from: 'source', to: 'source', strategy: 'database-swap' };
    const unnamed = await holdfast.restore(onSource);
    expect(unnamed.result).toMatchObject({ status: 'refused', exitCode: 3 });
    const { result, id } = await holdfast.restore({ ...onSource, confirm: 'source' });
    expect(result.error).toBeNull();
    expect(await runSql(source.url, 'select count(*) as n from shop.secrets')).toEqual([{ n: '20' }]);
    expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
  });
});

it('sweeps what was put aside long enough ago, and the staging of a run that died', async () => {
  await withShops(
    async ({ holdfast, target }) => {
      const done = await holdfast.restore(swapped);
      expect(done.result.error).toBeNull();
      const dead = await holdfast.start({
        name: 'holdfast/restore.requested',
        data: { backup: 'latest', to: 'target', ...swapped, requireApproval: true },
      });
      dead.finished.catch(() => undefined);
      await waitFor(() => readWaiting(holdfast.repository, dead.id));
      expect(await beside(target)).toHaveLength(2);
      await waitFor(async () => {
        const waiting = await readWaiting(holdfast.repository, dead.id);
        return waiting === undefined || Date.parse(waiting.until) < Date.now() ? true : undefined;
      });
      const swept: FinishedRun = await holdfast.run('sweep', {});
      expect(swept.result.error).toBeNull();
      await holdfast.runner.idle();
      expect(await beside(target)).toEqual([]);
      expect(await orders(target.url)).toBe('3000');
      expect(await listKept(holdfast.repository)).toEqual([]);
    },
    { keepPrevious: '0s', deadAfter: '0s', approvalTimeout: '1s' },
  );
});

it('refuses a second restore to a target that another run is about to replace', async () => {
  await withShops(async ({ holdfast, target }) => {
    const data = { backup: 'latest', to: 'target', ...swapped, requireApproval: true };
    const first = await holdfast.start({ name: 'holdfast/restore.requested', data });
    await waitFor(() => readWaiting(holdfast.repository, first.id));
    const second = await holdfast.restore(swapped);
    expect(second.result).toMatchObject({ status: 'refused', error: { code: 'preflight_one_restore_at_a_time' } });
    expect(second.result.error?.message).toContain(first.id);
    await holdfast.runner.send({ name: 'holdfast/run.approved', data: { run: first.id } });
    expect((await first.finished).result.error).toBeNull();
    expect(await orders(target.url)).toBe('3000');
    expect((await holdfast.restore(swapped)).result.error).toBeNull();
  });
});

import { expect, it } from 'vitest';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

const lived = `
create extension hstore;
create table notes (id int primary key, body text, tags hstore);
insert into notes select i, 'note ' || i, 'a=>1' from generate_series(1, 100) i;
create table scores (season int not null, points int) partition by range (season);
create table scores_1 partition of scores for values from (1) to (10);
insert into scores select 1 + i % 9, i from generate_series(1, 50) i;`;

const asked = { strategy: 'in-place', replace: true, confirm: 'target' };

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

it('replaces what a target holds in place only with a safety backup, and a rollback brings it back', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, lived);
  const before = await everything(target.url);
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const unasked = await holdfast.restore({ strategy: 'in-place', from: 'source' });
    expect(unasked.result).toMatchObject({ status: 'refused', exitCode: 3 });
    const unconfirmed = await holdfast.restore({ ...asked, confirm: undefined, from: 'source' });
    expect(unconfirmed.result).toMatchObject({ status: 'refused', error: { code: 'preflight_confirmation' } });
    expect(await everything(target.url)).toEqual(before);

    const { result, proof, id } = await holdfast.restore({ ...asked, from: 'source' });
    expect(result.error).toBeNull();
    expect(proof?.passed).toBe(true);
    expect(await runSql(target.url, 'select count(*) as n from shop.orders')).toEqual([{ n: '3000' }]);
    // An extension that the restore did not make stays, and clients may write again.
    expect(await runSql(target.url, `select extname from pg_extension where extname = 'hstore'`)).toHaveLength(1);
    expect(await runSql(target.url, 'show default_transaction_read_only')).toEqual([
      { default_transaction_read_only: 'off' },
    ]);

    const back = await holdfast.run('rollback', { run: id });
    expect(back.result.error).toBeNull();
    const after = await dumpDatabase(target.url);
    expect(after.rows).toEqual(new Map(Object.entries(Object.fromEntries((await dumpDatabase(target.url)).rows))));
    expect(await runSql(target.url, 'select count(*) as n from notes')).toEqual([{ n: '100' }]);
    expect(await runSql(target.url, `select to_regclass('shop.orders') is null as gone`)).toEqual([{ gone: 't' }]);
  });
});

it('brings the safety backup back by itself when the restore in place fails half-way', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, lived);
  const before = await everything(target.url);
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    const backup = await holdfast.backup();
    expect(backup.result.error).toBeNull();
    const chunk = await findChunk(holdfast, { name: 'orders' });
    await damages['one flipped bit'](chunk);
    const { result } = await holdfast.restore({ ...asked, from: 'source' });
    expect(result).toMatchObject({ status: 'failed', exitCode: 5 });
    expect(await everything(target.url)).toEqual(before);
    expect(await runSql(target.url, 'show default_transaction_read_only')).toEqual([
      { default_transaction_read_only: 'off' },
    ]);
  });
});

it('lets nobody write into a target between its safety backup and its replacement', async () => {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, lived);
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    let written = 0;
    const refused: string[] = [];
    let going = true;
    const writing = (async () => {
      while (going) {
        await runSql(target.url, `insert into notes values (${1000 + written}, 'late', null)`).then(
          () => written++,
          (cause: Error) => refused.push(cause.message),
        );
      }
    })();
    const { result, id } = await holdfast.restore({ ...asked, from: 'source' });
    going = false;
    await writing;
    expect(result.error).toBeNull();
    expect(refused.some((message) => message.includes('read-only transaction'))).toBe(true);
    expect((await holdfast.run('rollback', { run: id })).result.error).toBeNull();
    // Every write that was acknowledged is in the safety backup.
    const [kept] = await runSql(target.url, 'select count(*) as n from notes');
    expect(Number(kept?.['n'])).toBeGreaterThanOrEqual(100 + written);
  });
});

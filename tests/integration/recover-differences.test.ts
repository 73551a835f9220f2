import { expect, it } from 'vitest';
import { differencesOf } from '#tests/support/recover.ts';
import { recoverAfter } from '#tests/support/recover-after.ts';
import { runSql } from '#tests/support/with-client.ts';

it('Rows that were lost, changed and added are found exactly, and the statements bring them back', async () => {
  const change = `
    delete from "Shop ""1""".orders where "Order Id" in (3, 500, 1000);
    update "Shop ""1""".orders set note = 'damaged' where "Order Id" in (4, 7);
    update "Shop ""1""".orders set state = 'sent', details = '{"a":1}' where "Order Id" = 5;
    insert into "Shop ""1""".orders (customer) values (1), (2)`;
  await recoverAfter(change, ['orders'], async (run, live) => {
    const table = differencesOf(run, 'orders');
    expect(table).toMatchObject({
      ...{ schema: 'Shop "1"', side: 'orders', compared: 'by key', key: ['Order Id'] },
      rows: { backup: '1000', live: '999' },
      onlyInBackup: { rows: '3', examples: [['3'], ['500'], ['1000']] },
      onlyInLive: { rows: '2', examples: [['1001'], ['1002']] },
      different: {
        rows: '3',
        examples: [
          { key: ['4'], columns: ['note'] },
          { key: ['5'], columns: ['details'] },
          { key: ['7'], columns: ['note'] },
        ],
      },
      notes: ['not compared, as the database generates it: twice'],
    });
    const { insert, update } = table.statements;
    expect(insert).toContain('overriding system value');
    await runSql(live.url, `${insert} ${update}`);
    const left = `select * from "Shop ""1""".orders where "Order Id" <= 1000`;
    const was = `select "Order Id", customer, state, note, details, customer * 2 from side.orders`;
    for (const [one, other] of [
      [left, was],
      [was, left],
    ]) {
      const asText = (query: string): string => `select (row(t.*))::text from (${query}) t`;
      expect(await runSql(live.url, `${asText(one ?? '')} except all ${asText(other ?? '')}`)).toEqual([]);
    }
    expect(run.differences).toMatchObject({ drop: 'drop schema "side" cascade;', unlogged: false });
    await runSql(live.url, run.differences?.drop ?? '');
  });
});

it('Keys of every kind find their rows: of several columns, of an extension’s type, of an enum, beside 900 columns', async () => {
  const change = `
    delete from pairs where a = 3 and b > 'b5';
    update pairs set c = '(-1,-1)', d = 'e' where b = 'b11';
    update people set email = 'ADA@example.ORG' where name = 'Ada'; delete from people where name = 'Alan';
    delete from moods where state = 'paid'; update moods set n = 33 where state = 'sent';
    update wide_key set c0 = 0, c899 = null where id = 7`;
  await recoverAfter(change, ['pairs', 'people', 'moods', 'wide_key'], async (run, live) => {
    expect(differencesOf(run, 'pairs')).toMatchObject({
      onlyInBackup: { rows: '5', examples: ['b53', 'b63', 'b73', 'b83', 'b93'].map((b) => ['3', b]) },
      different: { rows: '1', examples: [{ key: ['1', 'b11'], columns: ['c', 'd'] }] },
    });
    // citext: the same key in other letters, so a row that differs and none that is lost.
    expect(differencesOf(run, 'people')).toMatchObject({
      onlyInBackup: { rows: '1', examples: [['alan@example.org']] },
      onlyInLive: { rows: '0', examples: [] },
      different: { rows: '1', examples: [{ key: ['Ada@Example.org'], columns: ['email'] }] },
    });
    expect(differencesOf(run, 'moods')).toMatchObject({
      onlyInBackup: { rows: '1', examples: [['paid']] },
      different: { rows: '1', examples: [{ key: ['sent'], columns: ['n'] }] },
    });
    expect(differencesOf(run, 'wide_key')).toMatchObject({
      different: { rows: '1', examples: [{ key: ['7'], columns: ['c0', 'c899'] }] },
    });
    for (const name of ['pairs', 'people', 'moods', 'wide_key']) {
      const { insert, update } = differencesOf(run, name).statements;
      await runSql(live.url, `${insert ?? ''} ${update ?? ''}`);
    }
    expect(await runSql(live.url, 'select count(*) from pairs')).toEqual([{ count: '100' }]);
    expect(await runSql(live.url, 'select count(*) from people')).toEqual([{ count: '3' }]);
    expect(await runSql(live.url, 'select c0, c899 from wide_key where id = 7')).toEqual([{ c0: '7', c899: '7' }]);
  });
});

it('No more than twenty examples of each kind are told, the first ones in the key’s order, and all are counted', async () => {
  const change = `
    delete from "Shop ""1""".orders where "Order Id" % 2 = 0; update "Shop ""1""".orders set note = 'x';
    insert into "Shop ""1""".orders (customer) select 1 from generate_series(1, 30)`;
  await recoverAfter(change, ['orders'], async (run) => {
    const { onlyInBackup, onlyInLive, different } = differencesOf(run, 'orders');
    expect([onlyInBackup.rows, onlyInLive.rows, different.rows]).toEqual(['500', '30', '500']);
    expect(onlyInBackup.examples).toEqual(Array.from({ length: 20 }, (_, n) => [String(2 * n + 2)]));
    expect(onlyInLive.examples).toEqual(Array.from({ length: 20 }, (_, n) => [String(1001 + n)]));
    expect(different.examples.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, n) => [String(2 * n + 1)]));
  });
});

it('A partitioned table is recovered as one, and compared with whatever partitions the live one has now', async () => {
  const change = 'drop table events_2025; delete from events where id = 10';
  await recoverAfter(change, ['events'], async (run, live) => {
    const lost = await runSql(live.url, `select count(*) from side.events where at >= '2025-01-01'`);
    expect(differencesOf(run, 'events')).toMatchObject({
      rows: { backup: '400', live: String(399 - Number(lost[0]?.['count'])) },
      onlyInBackup: { rows: String(1 + Number(lost[0]?.['count'])) },
      onlyInLive: { rows: '0' },
    });
    await runSql(
      live.url,
      `create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01')`,
    );
    await runSql(live.url, differencesOf(run, 'events').statements.insert ?? '');
    expect(await runSql(live.url, 'select * from events except select * from side.events')).toEqual([]);
    expect(await runSql(live.url, 'select count(*) from events')).toEqual([{ count: '400' }]);
  });
});

it('Rows of a table that others inherit from are its own only', async () => {
  await recoverAfter('delete from parent where id in (2, 4)', ['parent'], async (run, live) => {
    expect(differencesOf(run, 'parent')).toMatchObject({
      rows: { backup: '2', live: '1' },
      onlyInBackup: { rows: '1', examples: [['2']] },
      onlyInLive: { rows: '0' },
    });
    await runSql(live.url, differencesOf(run, 'parent').statements.insert ?? '');
    expect(await runSql(live.url, 'select id from only parent order by 1')).toEqual([{ id: '1' }, { id: '2' }]);
  });
});

it('Columns that came, went or changed their type do not hide what is different', async () => {
  const change = `
    alter table pairs alter a type bigint, drop column c, add column e int default 5;
    alter table "Shop ""1""".orders alter "Order Id" type integer;
    delete from pairs where b = 'b1'; update pairs set d = 'z' where b = 'b2';
    delete from "Shop ""1""".orders where "Order Id" = 77`;
  await recoverAfter(change, ['pairs', 'orders'], async (run, live) => {
    const pairs = differencesOf(run, 'pairs');
    expect(pairs).toMatchObject({
      onlyInBackup: { rows: '1', examples: [['1', 'b1']] },
      different: { rows: '1', examples: [{ key: ['2', 'b2'], columns: ['d'] }] },
    });
    expect(pairs.notes).toEqual([
      'not compared, as the live table does not have it any more: c',
      'not compared, as the backup does not have it: e',
      'a was integer and is bigint: compared as text',
    ]);
    const orders = differencesOf(run, 'orders');
    expect(orders).toMatchObject({ onlyInBackup: { rows: '1', examples: [['77']] }, different: { rows: '0' } });
    for (const { statements } of [pairs, orders])
      await runSql(live.url, `${statements.insert ?? ''} ${statements.update ?? ''}`);
    expect(await runSql(live.url, `select a, b, d, e from pairs where b in ('b1', 'b2') order by b`)).toEqual([
      { a: '1', b: 'b1', d: 'd    ', e: '5' },
      { a: '2', b: 'b2', d: 'd    ', e: '5' },
    ]);
  });
});

it('People’s keys are in the report and nowhere else of the records', async () => {
  await recoverAfter(`delete from people where name = 'Alan'`, ['people'], async (run, _, { repository }) => {
    const holding: string[] = [];
    for await (const { key } of repository.store.list('runs/')) {
      if ((await repository.getBytes(key))?.includes('alan@example.org'))
        holding.push(key.replace(/^.*\/\d+T[^/]*\//, ''));
    }
    expect(holding.sort()).toEqual(['differences.json', 'differences/0.json']);
    expect(JSON.stringify(run.result)).not.toContain('alan@');
  });
});

import { expect, it } from 'vitest';
import { createZooRoles } from '#tests/fixtures/zoo/create-zoo-roles.ts';
import { differencesOf, type FinishedRecovery, recoverTables } from '#tests/support/recover.ts';
import { createDatabase, ensureTemplate, type TestDatabase, testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const before = `
create schema ext; create extension citext with schema ext;
create schema "Shop ""1""";
create type "Shop ""1""".state as enum ('new', 'paid', 'sent');
create table "Shop ""1""".customers (id int primary key, name text);
insert into "Shop ""1""".customers select i, 'customer ' || i from generate_series(1, 50) i;
create table "Shop ""1""".orders (
  "Order Id" bigint generated always as identity primary key, customer int not null references "Shop ""1""".customers,
  state "Shop ""1""".state not null default 'new', note text, details json,
  twice bigint generated always as (customer * 2) stored);
insert into "Shop ""1""".orders (customer, state, note, details)
  select 1 + i % 50, (array['new', 'paid', 'sent'])[1 + i % 3]::"Shop ""1""".state, nullif('note ' || i, 'note 7'), '{"a": 1}'
  from generate_series(1, 1000) i;
create table pairs (a int, b text, c point, d char(5), primary key (a, b));
insert into pairs select i % 10, 'b' || i, point(i, i), 'd' from generate_series(1, 100) i;
create table people (email ext.citext primary key, name text);
insert into people values ('Ada@Example.org', 'Ada'), ('grace@example.org', 'Grace'), ('alan@example.org', 'Alan');
create table moods (state "Shop ""1""".state primary key, n int);
insert into moods values ('new', 1), ('paid', 2), ('sent', 3);
create table log (at timestamptz, what text);
insert into log select now(), 'x' from generate_series(1, 10);
create table events (id int, at date, primary key (id, at)) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 (at date not null, id int not null);
alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01');
insert into events select i, date '2024-06-01' + i from generate_series(1, 400) i;
create table parent (id int primary key, note text);
create table child (more int, primary key (id)) inherits (parent);
insert into parent values (1, 'parent'), (2, 'parent'); insert into child values (3, 'child', 1), (4, 'child', 1);
create table wide_key (id int primary key, ${Array.from({ length: 900 }, (_, n) => `c${n} int`).join(', ')});
insert into wide_key (id, c0, c450, c899) select i, i, i, i from generate_series(1, 20) i`;

function template(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'recover',
    build: async (url) => {
      await runSql(url, before);
    },
  });
}

/** Backs the template up, lets `change` happen to the live database, and recovers `tables` beside it. */
async function recoverAfter<T>(
  change: string,
  tables: string[],
  look: (run: FinishedRecovery, live: TestDatabase, holdfast: Holdfast) => Promise<T>,
): Promise<T> {
  await using live = await createDatabase({ cluster: 'source', template: await template() });
  return await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await runSql(live.url, change);
    const run = await recoverTables(holdfast, tables);
    expect(run.result.error).toBeNull();
    return await look(run, live, holdfast);
  });
}

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

it('A live table that is gone, or became a view, has no row, and every row is only in the backup', async () => {
  const change = 'drop table pairs; alter table people rename to persons; create view people as select * from persons';
  await recoverAfter(change, ['pairs', 'people'], async (run) => {
    for (const [name, rows] of [
      ['pairs', '100'],
      ['people', '3'],
    ] as const) {
      const table = differencesOf(run, name);
      expect(table).toMatchObject({ compared: 'gone', rows: { backup: rows, live: null }, onlyInBackup: { rows } });
      expect(table.reason).toMatch(/every row is only in the backup/);
      expect(table.statements.insert).toMatch(/^insert into "public"\./);
    }
  });
});

it('Where the primary key is another one, or none, rows are only counted, and it is told why', async () => {
  const change = `
    alter table pairs drop constraint pairs_pkey; delete from pairs where a = 1;
    alter table moods drop constraint moods_pkey, add primary key (n);
    delete from log`;
  await recoverAfter(change, ['pairs', 'moods', 'log'], async (run) => {
    expect(differencesOf(run, 'pairs')).toMatchObject({
      ...{ compared: 'counts', rows: { backup: '100', live: '90' }, onlyInBackup: { rows: null } },
      reason: expect.stringMatching(/no primary key .*it was \(a, b\)/),
    });
    expect(differencesOf(run, 'moods')).toMatchObject({
      compared: 'counts',
      reason: 'its primary key has changed: it was (state) and is (n)',
    });
    expect(differencesOf(run, 'log')).toMatchObject({
      ...{ compared: 'counts', reason: 'it has no primary key in the backup', rows: { backup: '10', live: '0' } },
    });
    expect(run.result.outcome).toMatchObject({ differences: { tables: 3, notByKey: 3 } });
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

it('A role that may not read all of the live table recovers the rows all the same', async () => {
  await createZooRoles(testCluster('source').url);
  await using live = await createDatabase({ cluster: 'source', template: await template() });
  await using role = await createRole(live.url, {
    grants: [
      `grant create on database ${live.name} to %I`,
      'grant usage on schema ext to %I',
      'grant select on people to %I',
      'alter table people enable row level security',
    ],
  });
  await withHoldfast({ source: live.url, target: role.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const run = await recoverTables(holdfast, ['people', 'pairs'], { to: 'target' });
    expect(run.result.error).toBeNull();
    expect(differencesOf(run, 'people')).toMatchObject({
      compared: 'unread',
      reason: 'row security would hide rows of it from the role of the connection',
      rows: { backup: '3', live: null },
    });
    expect(differencesOf(run, 'pairs')).toMatchObject({
      ...{ compared: 'unread', reason: 'the role of the connection may not read it' },
    });
    await runSql(role.url, 'drop schema side cascade');
  });
});

it('A live table that somebody alters is told as not compared; nothing waits for it longer than lockTimeout', async () => {
  await using live = await createDatabase({ cluster: 'source', template: await template() });
  await withHoldfast({ source: live.url, config: { lockTimeout: '200ms' } }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await withClient(live.url, async (other) => {
      await other.query('begin; lock table pairs in access exclusive mode');
      const run = await recoverTables(holdfast, ['pairs', 'moods']);
      expect(run.result.error).toBeNull();
      expect(differencesOf(run, 'pairs')).toMatchObject({
        ...{ compared: 'unread', reason: 'another session holds a lock on it', rows: { backup: '100', live: null } },
      });
      expect(differencesOf(run, 'moods').compared).toBe('by key');
      await other.query('rollback');
    });
  });
});

it('A side schema that takes the name of a lost one is not held against itself', async () => {
  await using live = await createDatabase({ cluster: 'source' });
  await runSql(live.url, 'create schema shop; create table shop.t (id int primary key); insert into shop.t values (1)');
  await withHoldfast({ source: live.url }, async (holdfast) => {
    await holdfast.backup();
    await runSql(live.url, 'drop schema shop cascade');
    const run = await recoverTables(holdfast, ['shop.*'], { schema: 'shop' });
    expect(run.result.error).toBeNull();
    expect(differencesOf(run, 't')).toMatchObject({ compared: 'gone', onlyInBackup: { rows: '1' } });
    expect(await runSql(live.url, 'select * from shop.t')).toEqual([{ id: '1' }]);
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

it('A live table that the server cannot read is told, and takes nothing away from what was recovered', async () => {
  // What a lost file of the database looks like; the catalogue still has the table.
  const change = `
    delete from pairs where b = 'b11';
    update pg_catalog.pg_class set relfilenode = 1 where oid = 'people'::regclass`;
  await recoverAfter(change, ['people', 'pairs'], async (run, live) => {
    expect(run.result).toMatchObject({ status: 'completed', exitCode: 0, outcome: { notCompared: null } });
    const people = differencesOf(run, 'people');
    expect(people).toMatchObject({ compared: 'unread', rows: { backup: '3', live: null } });
    expect(people.reason).toMatch(/could not open file .* \(SQLSTATE 58P01\)$/);
    expect(differencesOf(run, 'pairs')).toMatchObject({ compared: 'by key', onlyInBackup: { rows: '1' } });
    expect(await runSql(live.url, 'select count(*) from side.people')).toEqual([{ count: '3' }]);
  });
});

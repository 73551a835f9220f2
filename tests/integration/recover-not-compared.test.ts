import { expect, it } from 'vitest';
import { createZooRoles } from '#tests/fixtures/zoo/create-zoo-roles.ts';
import { differencesOf, recoverTables } from '#tests/support/recover.ts';
import { keyedTables, recoverAfter } from '#tests/support/recover-after.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

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

it('A role that may not read all of the live table recovers the rows all the same', async () => {
  await createZooRoles(testCluster('source').url);
  await using live = await createDatabase({ cluster: 'source', template: await keyedTables() });
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
  await using live = await createDatabase({ cluster: 'source', template: await keyedTables() });
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

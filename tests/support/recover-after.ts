import { expect } from 'vitest';
import { type FinishedRecovery, recoverTables } from './recover.ts';
import { createDatabase, ensureTemplate, type TestDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';
import { type Holdfast, withHoldfast } from './workflow.ts';

const tables = `
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

/** A database of tables with keys of every kind, and of none. */
export function keyedTables(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'recover',
    build: async (url) => {
      await runSql(url, tables);
    },
  });
}

/** Backs the template up, lets `change` happen to the live database, and recovers `tables` beside it. */
export async function recoverAfter<T>(
  change: string,
  tables: string[],
  look: (run: FinishedRecovery, live: TestDatabase, holdfast: Holdfast) => Promise<T>,
): Promise<T> {
  await using live = await createDatabase({ cluster: 'source', template: await keyedTables() });
  return await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await runSql(live.url, change);
    const run = await recoverTables(holdfast, tables);
    expect(run.result.error).toBeNull();
    return await look(run, live, holdfast);
  });
}

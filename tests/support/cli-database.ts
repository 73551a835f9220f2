import { createDatabase, ensureTemplate, type TestDatabase } from './test-database.ts';
import { runSql } from './with-client.ts';

/** A small source database of one test: three tables with keys, a sequence, an enum, a matview. */
export async function createCliSource(): Promise<TestDatabase> {
  const template = await ensureTemplate({ cluster: 'source', name: 'cli', build });
  return createDatabase({ cluster: 'source', template });
}

export const cliRows = { players: 2_000, sessions: 6_000, total: 8_000 };

async function build(url: string): Promise<void> {
  await runSql(
    url,
    `create type rank as enum ('bronze', 'gold');
    create table players (id bigint generated always as identity primary key, name text not null unique, rank rank not null);
    create table sessions (id integer primary key, player bigint not null references players, data jsonb not null);
    create index on sessions (player);
    create table empty (id integer primary key);
    insert into players (name, rank) select 'player ' || n, (array['bronze', 'gold'])[1 + n % 2]::rank
      from generate_series(1, ${cliRows.players}) n;
    insert into sessions select n, 1 + n % ${cliRows.players}, jsonb_build_object('score', md5(n::text))
      from generate_series(1, ${cliRows.sessions}) n;
    create materialized view active as select player, count(*) from sessions group by player`,
  );
}

/** How many tables of people a database has. */
export async function countTables(url: string): Promise<number> {
  const [row] = await runSql(
    url,
    `select count(*) as count from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  return Number(row?.['count']);
}

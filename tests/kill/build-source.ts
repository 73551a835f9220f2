import { runSql } from '#tests/support/with-client.ts';

export const accounts = 20_000;
export const openingBalance = 1_000;

/**
 * A database of about 50 MB of COPY text with what a restore has to put together again: keys, foreign keys, slow
 * indexes, partitions, matviews on matviews, sequences, large objects, a trigger, and a table whose rows repeat without
 * a key that would catch a chunk loaded twice. `accounts` and `transfers` change while a backup runs. `scale` makes the
 * other tables smaller.
 */
export async function buildSource(url: string, { scale = 1 }: { scale?: number } = {}): Promise<void> {
  await runSql(url, schema);
  await runSql(
    url,
    fill((rows) => Math.ceil(rows * scale)),
  );
  await runSql(url, 'vacuum analyze');
}

const schema = `
create type rank as enum ('bronze', 'silver', 'gold');
create table players (
  id bigint generated always as identity primary key, name text not null unique, rank rank not null,
  profile jsonb not null, joined timestamptz not null, initial text generated always as (left(name, 1)) stored);
create index on players using gin (profile jsonb_path_ops);
create index on players (lower(name));
create table sessions (
  id bigint primary key, player bigint not null references players, device text, seconds integer not null,
  score numeric(14, 4) not null, at timestamptz not null, check (seconds >= 0));
create index on sessions (player);
create index on sessions (at) include (seconds);
create table "Bilder" (id integer primary key, player bigint references players, "Daten" bytea not null);
create table events (at date not null, player bigint not null, what text) partition by range (at);
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create table events_later partition of events default;
create index on events (player, at);
create table keyless (n integer, said text);
create table accounts (id integer primary key, balance bigint not null);
create table transfers (
  id bigint primary key, payer integer not null references accounts, payee integer not null references accounts,
  amount bigint not null, at timestamptz not null default clock_timestamp());
create sequence tickets increment by 7 cache 3;
create sequence unused start 42;
create function refuse_long_names() returns trigger language plpgsql as
  $$ begin if length(new.name) > 200 then raise 'too long'; end if; return new; end $$;
create trigger guard before insert or update on players for each row execute function refuse_long_names();
create view golden as select id, name from players where rank = 'gold';
create materialized view time_played as
  select player, sum(seconds) as seconds, count(*) as sessions from sessions group by player with no data;
create unique index on time_played (player);
create materialized view best as select * from time_played order by seconds desc, player limit 100 with no data;
`;

const fill = (scaled: (rows: number) => number): string => `
insert into players (name, rank, profile, joined)
  select 'player ' || n || ' ' || md5(n::text), (array['bronze', 'silver', 'gold'])[1 + n % 3]::rank,
    jsonb_build_object('level', n % 90, 'tags', jsonb_build_array(md5((n % 500)::text), n % 7), 'note', repeat('x', n % 60)),
    timestamptz '2025-01-01' + n * interval '91 seconds'
  from generate_series(1, ${scaled(60_000)}) n;
insert into sessions
  select n, 1 + (n * 7919::bigint) % ${scaled(60_000)}, case when n % 11 > 0 then 'device\\t' || md5(n::text) end, n % 3600, n / 7.0,
    timestamptz '2025-02-01' + n * interval '37 seconds'
  from generate_series(1, ${scaled(150_000)}) n;
insert into "Bilder"
  select n, 1 + n % ${scaled(60_000)}, decode(repeat(md5(n::text) || md5((n * 31)::text), 40), 'hex')
  from generate_series(1, ${scaled(6_000)}) n;
insert into events
  select date '2024-11-01' + n % 700, n % 60000, 'event ' || n % 1000 from generate_series(1, ${scaled(40_000)}) n;
insert into keyless select n % 50, 'the same line again and again ' || n % 20 from generate_series(1, ${scaled(80_000)}) n;
insert into accounts select n, ${openingBalance} from generate_series(1, ${accounts}) n;
select setval('tickets', 700007);
select lo_from_bytea(0, decode(repeat(md5(n::text), 100 * n), 'hex')) from generate_series(1, 30) n;
refresh materialized view time_played;
refresh materialized view best;
`;

/**
 * Changes what a round backs up, so that it stores new chunks: a stretch of rows in place, rows that go and come, a
 * large object, sequences. `random` gives numbers from 0 to 1.
 */
export async function changeSource(url: string, random: () => number): Promise<void> {
  const from = 1 + Math.floor(random() * 130_000);
  const player = 1 + Math.floor(random() * 55_000);
  const bild = 1 + Math.floor(random() * 5_500);
  await runSql(
    url,
    `begin;
    update sessions set seconds = seconds + 1, score = score + 0.0001 where id between ${from} and ${from + 10_000};
    delete from keyless where n = ${player % 50} and said like '%1';
    insert into keyless select ${player % 50}, 'line ' || n || ' of ' || ${player} from generate_series(1, 2000) n;
    update players set profile = profile || '{"seen": ${from}}' where id between ${player} and ${player + 2_500};
    update "Bilder" set "Daten" = "Daten" || '\\x${player.toString(16).padStart(6, '0')}'
      where id between ${bild} and ${bild + 500};
    select nextval('tickets') from generate_series(1, ${1 + (from % 20)});
    select lo_put(oid, ${player % 500}, '\\xc0ffee') from (select oid from pg_largeobject_metadata order by oid limit 3) l;
    refresh materialized view time_played;
    refresh materialized view best;
    commit`,
  );
}

-- Objects whose definitions are hard to take apart or to put in order. The two roles are made by rich-schema.ts.
create extension citext;
create extension pg_trgm;
comment on extension citext is 'our comment; with a semicolon';
create schema "Größe; -- ""q""
x" authorization schema_test_owner;
comment on schema "Größe; -- ""q""
x" is E'line one\nline two $$ $x$ ''quoted''';
alter default privileges for role schema_test_owner in schema public grant select on tables to schema_test_reader;
alter default privileges for role schema_test_owner revoke execute on functions from public;

create type public.mood as enum ('sad', 'o''k', 'it''s; ok');
create type public.pair as (a int, b text collate "C");
create type public.span as range (subtype = float8, subtype_diff = float8mi);
create domain public.email as text collate "C" check (value ~ '^[^@;]+@[^@]+$') not null default 'a@b';
create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

create function public.is_even(n int) returns boolean language sql immutable as $_$ select n % 2 = 0; -- $1 ; $$
$_$;
create function public.atomic_sum(a int, b int default 2) returns int language sql immutable
begin atomic
  select a + b;
  select case when a > b then a + b else a + b end;
end;
alter function public.atomic_sum(int, int) owner to schema_test_owner;
create procedure public."do; it"(inout x int) language plpgsql as $body$
begin
  x := x + 1; -- a ; in a comment
  raise notice '%', $q$it's; $body $q$;
end $body$;
create function public.noop_trigger() returns trigger language plpgsql as 'begin return new; end';
create function public.log_ddl() returns event_trigger language plpgsql as $$ begin perform 1; end $$;
create aggregate public.sum_sq(int) (sfunc = int4pl, stype = int, initcond = '0');
alter aggregate public.sum_sq(int) owner to schema_test_owner;
comment on aggregate public.sum_sq(int) is 'aggregate';

create function public.pair_eq(public.pair, public.pair) returns boolean language sql immutable as 'select $1.a = $2.a';
create operator public.=== (leftarg = public.pair, rightarg = public.pair, function = public.pair_eq, commutator = operator(public.===));
alter operator public.=== (public.pair, public.pair) owner to schema_test_owner;
create function public.int_cmp_desc(int, int) returns int language sql immutable as 'select sign($2 - $1)::int';
create operator family public.desc_ops using btree;
create operator class public.int_desc_ops for type int using btree family public.desc_ops as
  operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 public.int_cmp_desc(int, int);
create cast (public.pair as text) with inout as assignment;
create function public.pair_from(text) returns public.pair language sql immutable as 'select row(1, $1)::public.pair';
create cast (text as public.pair) with function public.pair_from(text);
create text search dictionary public.simple_de (template = simple, stopwords = 'english');
create text search configuration public.shop (copy = pg_catalog.simple);
alter text search configuration public.shop alter mapping for asciiword with public.simple_de;

create table public.players (
  id bigint generated always as identity (start with 100 increment by 5) primary key,
  name public.citext not null,
  email public.email,
  mood public.mood default 'o''k',
  born date default '2020-01-01',
  "weird ""col""
;" text default E'a\\b''c;',
  full_name text generated always as (upper(email::text)) stored,
  team_id int,
  tags text[] default array['a;b', 'c"d'],
  constraint "check; me" check (name <> 'x;''y'),
  unique nulls not distinct (email, team_id)
);
alter table public.players owner to schema_test_owner;
alter sequence public.players_id_seq owner to schema_test_owner;
create table public.teams (id serial primary key, captain bigint, name text unique deferrable initially deferred);
alter table public.players add constraint players_team foreign key (team_id) references public.teams (id) deferrable;
alter table public.teams add constraint teams_captain foreign key (captain) references public.players (id) on delete set null;
alter table public.teams add constraint teams_name_len check (length(name) < 100) not valid;
comment on column public.players."weird ""col""
;" is 'column; comment';
comment on constraint "check; me" on public.players is 'on a constraint';
create index players_email_idx on public.players (lower(email::text)) where mood is not null;
create unique index players_name_idx on public.players (name) include (born);
create index players_trgm on public.players using gin (full_name public.gin_trgm_ops);
create index players_desc on public.players (team_id public.int_desc_ops desc nulls last);
alter table public.players cluster on players_name_idx;
alter table public.players replica identity using index players_name_idx;
alter index public.players_email_idx alter column 1 set statistics 200;
comment on index public.players_email_idx is 'an index';
create statistics public.players_stats (dependencies, mcv) on team_id, born from public.players;
alter statistics public.players_stats owner to schema_test_owner;
alter table public.players alter column born set storage plain, alter column name set statistics 33;
grant select (id, name), update (name) on public.players to schema_test_reader;
grant select on public.teams to schema_test_reader with grant option;
revoke execute on function public.is_even(int) from public;
grant execute on function public.is_even(int) to schema_test_reader;
create table public.booking (room int, during tstzrange, exclude using gist (during with &&));
create table "Größe; -- ""q""
x"."t 1" (like public.teams including defaults);
create unlogged table public.scratch (x int) with (fillfactor = 70, autovacuum_enabled = false);
create table public.no_columns ();
create table public.animals (id int primary key, kind text);
create table public.cats (lives int default 9) inherits (public.animals);

create table public.events (at timestamptz not null, id int not null, kind text, player bigint references public.players) partition by range (at);
create table public.events_2024 partition of public.events for values from ('2024-01-01') to ('2025-01-01') partition by hash (id);
create table public.events_2024_a partition of public.events_2024 for values with (modulus 2, remainder 0);
create table public.events_2024_b partition of public.events_2024 for values with (modulus 2, remainder 1);
create table public.events_rest partition of public.events default;
alter table public.events add primary key (at, id);
create index events_kind on public.events (kind);
create index events_b_only on public.events_2024_b (kind, id);
create table public.event_notes (at timestamptz, id int, note text, foreign key (at, id) references public.events (at, id));

create view public.evens as select id, name from public.players where public.is_even(id::int) with local check option;
create view public.by_pk as select p.id, p.name, count(*) as n from public.players p join public.events e on e.player = p.id group by p.id;
create materialized view public.mv1 as select id, n from public.by_pk with no data;
create unique index mv1_id on public.mv1 (id);
create materialized view public.mv2 as select max(id) as top from public.mv1 with no data;
alter materialized view public.mv2 owner to schema_test_owner;
create recursive view public.counting (n) as select 1 union all select n + 1 from counting where n < 3;
create function public.grouped() returns bigint language sql begin atomic
  select count(*) from (select p.id, p.name, p.born from public.players p group by p.id) g;
end;

create rule teams_log as on update to public.teams do also (
  insert into public.scratch values (1);
  insert into public.scratch values (2);
  notify changed, 'a;b'
);
create rule evens_ins as on insert to public.evens do instead nothing;
create trigger players_touch before update of born on public.players for each row when (old.born is distinct from new.born) execute function public.noop_trigger('a;b', 'c''d');
alter table public.players disable trigger players_touch;
create constraint trigger teams_late after insert on public.teams deferrable initially deferred for each row execute function public.noop_trigger();
create event trigger watch_ddl on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function public.log_ddl();
comment on event trigger watch_ddl is 'watches; ddl';
alter table public.players enable row level security;
alter table public.players force row level security;
create policy "own; rows" on public.players as restrictive for select to schema_test_reader, schema_test_owner using (name = current_user::text and 'a;b' <> ' TO nobody USING (');
comment on policy "own; rows" on public.players is 'policy';
create policy all_rows on public.players using (true);
create sequence public.odd increment -3 minvalue -1000 maxvalue 5 start 5 cache 4 cycle;
create publication pub for table public.teams (id, name) where (id > 3);
create publication pub_schema for tables in schema public with (publish = 'insert');
create foreign data wrapper fdw;
create server srv foreign data wrapper fdw options (host 'h;ost');
create foreign table public.remote (id int options (k 'v;')) server srv options (t 'x''y');
create user mapping for schema_test_reader server srv options (user 'u');
create function public.fat(n int) returns setof public.players language sql as $$select * from public.players limit n$$;
create table public.uses_fn (id int default public.atomic_sum(1), check (public.is_even(id)));
create table public.self_ref (id int primary key, parent int references public.self_ref);

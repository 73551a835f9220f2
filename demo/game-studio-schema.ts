/** The tables of the studio, without anything that slows loading down. */
export const tablesSql = `
create type rarity as enum ('common', 'uncommon', 'rare', 'epic', 'legendary');
create type forge_outcome as enum ('success', 'failure', 'critical');
comment on type rarity is 'How often an NFT drops, from most to least often';

create table players (
  id uuid primary key,
  handle text not null,
  email text not null,
  country char(2) not null,
  wallet_address text check (wallet_address ~ '^0x[0-9a-f]{40}$'),
  preferences jsonb not null default '{}',
  banned boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null default now()
);
comment on table players is 'Everybody who has ever signed up; never deleted, only banned';

create table sessions (
  id bigint generated always as identity primary key,
  player_id uuid not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  data jsonb not null,
  constraint session_ends_after_start check (ended_at >= started_at)
);
comment on column sessions.data is 'What the client reports: platform, device, matches, purchases';

create table eligibilities (
  id bigint generated always as identity primary key,
  player_id uuid not null,
  campaign text not null,
  granted_at timestamptz not null,
  expires_at timestamptz,
  constraint eligibility_once unique (player_id, campaign)
);

create table nft_categories (
  id int primary key,
  slug text not null unique,
  name text not null,
  rarity rarity not null,
  description text
);

create table nfts (
  id int primary key,
  category_id int not null,
  name text not null,
  max_supply int not null check (max_supply > 0),
  price numeric(18, 8) not null check (price >= 0),
  attributes jsonb not null
);

create table player_nfts (
  id bigint generated always as identity primary key,
  player_id uuid not null,
  nft_id int not null,
  serial_number int not null,
  acquired_at timestamptz not null
);

create table forge_operations (
  id bigint generated always as identity primary key,
  player_id uuid not null,
  result_nft_id int,
  burned bigint[] not null,
  outcome forge_outcome not null,
  fee numeric(18, 8) not null,
  performed_at timestamptz not null,
  constraint only_failure_makes_nothing check ((outcome = 'failure') = (result_nft_id is null))
);

create table leaderboard_scores (
  season int not null,
  player_id uuid not null,
  score bigint not null check (score >= 0),
  achieved_at timestamptz not null,
  primary key (season, player_id)
) partition by list (season);
create table leaderboard_scores_1 partition of leaderboard_scores for values in (1);
create table leaderboard_scores_2 partition of leaderboard_scores for values in (2);
create table leaderboard_scores_3 partition of leaderboard_scores for values in (3);
`;

/** Indexes, foreign keys, the trigger and the materialised view: made after the rows, as any bulk load does. */
export const afterRowsSql = `
create unique index players_handle on players (lower(handle));
create unique index players_wallet on players (wallet_address) where wallet_address is not null;
create index sessions_player on sessions (player_id, started_at desc);
create index sessions_data on sessions using gin (data jsonb_path_ops);
create index sessions_started on sessions using brin (started_at);
create index eligibilities_open on eligibilities (campaign, expires_at);
create unique index player_nfts_serial on player_nfts (nft_id, serial_number);
create index player_nfts_player on player_nfts (player_id);
create index forge_operations_player on forge_operations (player_id);
create index leaderboard_ranking on leaderboard_scores (season, score desc) include (player_id);

alter table sessions add constraint sessions_player foreign key (player_id) references players on delete cascade;
alter table eligibilities add constraint eligibilities_player foreign key (player_id) references players on delete cascade;
alter table nfts add constraint nfts_category foreign key (category_id) references nft_categories;
alter table player_nfts add constraint player_nfts_player foreign key (player_id) references players;
alter table player_nfts add constraint player_nfts_nft foreign key (nft_id) references nfts;
alter table forge_operations add constraint forge_player foreign key (player_id) references players;
alter table forge_operations add constraint forge_result foreign key (result_nft_id) references nfts;
alter table leaderboard_scores add constraint leaderboard_player foreign key (player_id) references players;

create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;
create trigger players_updated before update on players for each row execute function set_updated_at();

create view collections as
  select o.player_id, c.slug as category, c.rarity, count(*) as owned
  from player_nfts o join nfts n on n.id = o.nft_id join nft_categories c on c.id = n.category_id
  group by o.player_id, c.slug, c.rarity;

create materialized view leaderboard_top as
  select season, rank, player_id, handle, score
  from (
    select s.season, s.player_id, p.handle, s.score,
      rank() over (partition by s.season order by s.score desc, s.player_id) as rank
    from leaderboard_scores s join players p on p.id = s.player_id where not p.banned
  ) ranked
  where rank <= 100;
create unique index leaderboard_top_rank on leaderboard_top (season, rank);
comment on materialized view leaderboard_top is 'The hundred best of each season, refreshed every hour';
`;

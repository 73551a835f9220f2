/** How many rows each table gets. */
export interface StudioSize {
  players: number;
  sessions: number;
  eligibilities: number;
  nfts: number;
  playerNfts: number;
  forgeOperations: number;
  scoresPerSeason: number;
}

/** The studio's rows at a scale; 1 is about 210,000 rows in all. */
export function studioSize(scale: number): StudioSize {
  const rows = (atScaleOne: number): number => Math.max(1, Math.round(atScaleOne * scale));
  return {
    players: rows(20_000),
    sessions: rows(60_000),
    eligibilities: rows(25_000),
    nfts: rows(1_200),
    playerNfts: rows(50_000),
    forgeOperations: rows(15_000),
    scoresPerSeason: rows(13_600),
  };
}

/**
 * The statements that fill the studio's tables inside the server. Chance is an MD5 of the seed, a name and a number,
 * never random(): the same seed gives the same rows on every server and in every version. Times hang on
 * 2026-01-01, not on the clock.
 */
export function rowsSql(seed: number, size: StudioSize): string[] {
  const start = `timestamptz '2026-01-01 00:00:00+00'`;
  const pick = (list: readonly string[], chance: string): string =>
    `(array[${list.map((item) => `'${item}'`).join(', ')}])[1 + floor(${chance} * ${list.length})::int]`;
  const playerId = (number: string): string => `md5('${seed}/player/' || ${number})::uuid`;
  const anyPlayer = (chance: string): string => playerId(`(1 + floor(${chance} * ${size.players})::bigint)`);
  return [
    // Written so that the planner inlines it: with n not cast to text it would be called row by row, three times slower.
    `create function pg_temp.chance(what text, n bigint) returns double precision language sql immutable as
     $$ select ('x' || substr(md5('${seed}/' || what || '/' || n::text), 1, 8))::bit(32)::bigint / 4294967296.0::double precision $$`,

    `insert into players (id, handle, email, country, wallet_address, preferences, banned, created_at, updated_at)
     select ${playerId('n')},
       ${pick(['Shadow', 'Crystal', 'Iron', 'Lucky', 'Ömega', 'Silent', 'Neon', 'Ruby'], `pg_temp.chance('first', n)`)}
         || ${pick(['Fox', 'Wolf', 'Mage', 'Smith', 'Rider', 'Ninja', 'Whale'], `pg_temp.chance('second', n)`)} || n,
       'player' || n || '@example.com',
       ${pick(['AT', 'BR', 'DE', 'FR', 'IN', 'JP', 'KR', 'US', 'VN'], `pg_temp.chance('country', n)`)},
       case when pg_temp.chance('wallet', n) < 0.6 then '0x' || md5('${seed}/a' || n) || substr(md5('${seed}/b' || n), 1, 8) end,
       jsonb_build_object('language', ${pick(['de', 'en', 'ja', 'pt'], `pg_temp.chance('language', n)`)},
         'sound', pg_temp.chance('sound', n) < 0.8, 'volume', round((pg_temp.chance('volume', n) * 100)::numeric, 1)),
       pg_temp.chance('banned', n) < 0.01,
       ${start} + n * interval '10 minutes', ${start} + n * interval '10 minutes'
     from generate_series(1, ${size.players}) n`,

    `insert into sessions (player_id, started_at, ended_at, data)
     select player_id, started_at,
       case when pg_temp.chance('open', n) < 0.99 then started_at + floor(pg_temp.chance('length', n) * 7200) * interval '1 second' end,
       jsonb_build_object('platform', ${pick(['android', 'ios', 'steam', 'web'], `pg_temp.chance('platform', n)`)},
         'device', jsonb_build_object('os', ${pick(['17.4', '18.0', '14', '15', 'Linux'], `pg_temp.chance('os', n)`)},
           'memory', 2 ^ (1 + floor(pg_temp.chance('memory', n) * 5)::int)),
         'matches', floor(pg_temp.chance('matches', n) * 20)::int, 'completed', pg_temp.chance('completed', n) < 0.7,
         'purchases', case when pg_temp.chance('buys', n) < 0.1
           then jsonb_build_array(jsonb_build_object('sku', 'gems_' || n % 7, 'price', 4.99)) else '[]' end)
     from (select n, ${anyPlayer(`pg_temp.chance('session', n)`)} as player_id,
         ${start} + n * interval '4 minutes' as started_at
       from generate_series(1, ${size.sessions}) n) s`,

    `insert into eligibilities (player_id, campaign, granted_at, expires_at)
     select ${anyPlayer(`pg_temp.chance('eligible', n)`)},
       ${pick(['beta', 'airdrop-1', 'airdrop-2', 'founders', 'spring', 'whitelist'], `pg_temp.chance('campaign', n)`)},
       ${start} + n * interval '5 minutes',
       case when pg_temp.chance('forever', n) < 0.9
         then ${start} + n * interval '5 minutes' + (1 + floor(pg_temp.chance('days', n) * 180)) * interval '1 day' end
     from generate_series(1, ${size.eligibilities}) n
     on conflict (player_id, campaign) do nothing`,

    `insert into nft_categories
     select n, slug || '-' || rarity, initcap(slug) || ' (' || rarity || ')', rarity,
       case when n % 5 <> 0 then 'Everything of the kind ' || slug || E',\\nas ' || rarity || ' as it gets.' end
     from (select row_number() over (order by slug, rarity)::int as n, slug, rarity
       from unnest(array['armour', 'land', 'pet', 'ship', 'weapon']) slug, unnest(enum_range(null::rarity)) rarity) c`,

    `insert into nfts
     select n, 1 + n % 25, 'Item #' || n, (10 + floor(pg_temp.chance('supply', n) * 990))::int * 100,
       round((pg_temp.chance('price', n) * 5)::numeric, 8),
       jsonb_build_object('power', floor(pg_temp.chance('power', n) * 100)::int, 'element',
         ${pick(['fire', 'water', 'earth', 'air'], `pg_temp.chance('element', n)`)}, 'tradable', n % 9 <> 0)
     from generate_series(1, ${size.nfts}) n`,

    `insert into player_nfts (player_id, nft_id, serial_number, acquired_at)
     select ${anyPlayer(`pg_temp.chance('owner', n)`)}, nft_id,
       row_number() over (partition by nft_id order by n), ${start} + n * interval '5 minutes'
     from (select n, 1 + floor(power(pg_temp.chance('nft', n), 2) * ${size.nfts})::int as nft_id
       from generate_series(1, ${size.playerNfts}) n) o
     order by n`,

    `insert into forge_operations (player_id, result_nft_id, burned, outcome, fee, performed_at)
     select ${anyPlayer(`pg_temp.chance('smith', n)`)},
       case when outcome <> 'failure' then 1 + floor(pg_temp.chance('result', n) * ${size.nfts})::int end,
       array(select 1 + floor(pg_temp.chance('burn' || i, n) * ${size.playerNfts})::bigint from generate_series(1, 2 + n % 3) i),
       outcome, round((0.001 + pg_temp.chance('fee', n) / 100)::numeric, 8), ${start} + n * interval '15 minutes'
     from (select n, ${pick(['success', 'success', 'success', 'failure', 'critical'], `pg_temp.chance('outcome', n)`)}::forge_outcome as outcome
       from generate_series(1, ${size.forgeOperations}) n) f`,

    `insert into leaderboard_scores
     select season, ${playerId('player')}, floor(power(pg_temp.chance('score' || season, n), 4) * 1000000)::bigint,
       ${start} + season * interval '60 days' + n * interval '1 minute'
     from generate_series(1, 3) season, generate_series(1, ${size.scoresPerSeason}) n,
       lateral (select 1 + (n * 7 + season * 1000) % ${size.players} as player) p`,
  ];
}

/** A question whose answer a copy must give exactly as its source did. */
export interface CriticalQuery {
  name: string;
  sql: string;
}

/** The moment at which an eligibility counts as expired or not: fixed, so that the answer never changes by itself. */
const asOf = '2026-07-01 00:00:00+00';

/** What the studio would miss first: the eight questions its services ask all day. */
export const criticalQueries: readonly CriticalQuery[] = [
  {
    name: 'players',
    sql: `select count(*) as players, count(wallet_address) as with_wallet, min(created_at) as first, max(created_at) as last
          from players`,
  },
  {
    name: 'sessions of players',
    sql: `select p.country, count(*) as sessions, sum(extract(epoch from s.ended_at - s.started_at))::bigint as seconds
          from sessions s join players p on p.id = s.player_id
          group by p.country order by p.country`,
  },
  {
    name: 'eligibilities not expired',
    sql: `select campaign, count(*) as eligible from eligibilities
          where expires_at is null or expires_at > timestamptz '${asOf}'
          group by campaign order by campaign`,
  },
  {
    name: 'NFT catalogue',
    sql: `select c.slug, c.rarity, count(n.id) as nfts, sum(n.max_supply) as supply, sum(n.price) as price
          from nft_categories c left join nfts n on n.category_id = c.id
          group by c.id order by c.slug`,
  },
  {
    name: 'player NFTs by category',
    sql: `select c.slug, count(*) as owned, count(distinct o.player_id) as owners
          from player_nfts o join nfts n on n.id = o.nft_id join nft_categories c on c.id = n.category_id
          group by c.slug order by c.slug`,
  },
  {
    name: 'forge operations',
    sql: `select outcome, count(*) as operations, sum(fee) as fees, sum(cardinality(burned)) as burned
          from forge_operations group by outcome order by outcome`,
  },
  {
    name: 'session data',
    sql: `select data ->> 'platform' as platform, data #>> '{device,os}' as os, count(*) as sessions,
            sum((data ->> 'matches')::int) as matches
          from sessions where data @> '{"completed": true}'
          group by 1, 2 order by 1, 2`,
  },
  {
    name: 'leaderboard',
    sql: `select season, count(*) as players, sum(score) as total, max(score) as best
          from leaderboard_scores group by season order by season`,
  },
];

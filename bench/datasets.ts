import { runSql } from '#tests/support/with-client.ts';

/** What a measured database holds; `rows` scales it. 2.6 million events are about 0.5 GB of COPY text. */
export interface Dataset {
  name: string;
  tables: readonly ('events' | 'sessions')[];
  events: number;
}

const events = `create table events (id bigint primary key, player int not null, kind text not null, at timestamptz not null,
  amount numeric(12,2), payload jsonb, note text)`;
const sessions = `create table sessions (id uuid primary key, player int not null, device text, body jsonb,
  started timestamptz, score double precision)`;

/** Fills an empty database: one or two large tables, each with a primary key and a second index. Deterministic. */
export async function fillDataset(url: string, dataset: Dataset): Promise<void> {
  if (dataset.tables.includes('events')) {
    await runSql(
      url,
      `${events}; insert into events select i, i % 100000, (array['login','logout','purchase','forge','claim'])[1 + i % 5],
        timestamptz '2026-01-01' + i * interval '1 second', (i % 100000) / 100.0,
        jsonb_build_object('session', md5(i::text), 'level', i % 60, 'score', i % 99991),
        case when i % 3 > 0 then 'note ' || md5((i * 3)::text) end from generate_series(1, ${dataset.events}) i;
      create index events_player on events (player)`,
    );
  }
  if (dataset.tables.includes('sessions')) {
    await runSql(
      url,
      `${sessions}; insert into sessions select md5(i::text)::uuid, i % 50000, 'device-' || i % 17,
        jsonb_build_object('a', i, 'tags', jsonb_build_array('x' || i % 10), 'blob', repeat(md5((i % 1000)::text), 4)),
        timestamptz '2026-01-01' - i * interval '1 minute', sqrt(i)
        from generate_series(1, ${Math.round(dataset.events * 0.6)}) i;
      create index sessions_player on sessions (player)`,
    );
  }
  for (const command of ['vacuum analyze', 'checkpoint']) await runSql(url, command);
}

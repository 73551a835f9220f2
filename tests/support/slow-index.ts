import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCli } from './cli-place.ts';
import { runSql } from './with-client.ts';

/**
 * Gives a source a table whose index takes four seconds to build in every database but the source's own: there is time
 * to stop, cancel or kill in the middle of a restore.
 */
export async function addSlowIndex(sourceUrl: string): Promise<void> {
  await runSql(
    sourceUrl,
    `create function slowly(id int) returns int language plpgsql immutable as $$
      begin if current_database() <> '${new URL(sourceUrl).pathname.slice(1)}' then perform pg_sleep(0.1); end if; return id; end $$;
    create table slow (id int primary key);
    insert into slow select generate_series(1, 40);
    create index slow_index on slow (slowly(id))`,
  );
}

/** Until some database of the server whose name begins like that of `url` builds the index. */
export async function untilBuilding(url: string, { process: child, said }: RunningCli): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const building = `select from pg_stat_activity where state = 'active' and query ilike 'create index%slowly%' and starts_with(datname, '${name}')`;
  // From beside the target: its own clients are ended where it is fenced or swapped.
  const beside = new URL(url);
  beside.pathname = '/postgres';
  while ((await runSql(beside.href, building)).length === 0) {
    // Says what the process has said, where it has ended.
    if (child.exitCode !== null) await said(/it is building/);
    await sleep(50);
  }
}

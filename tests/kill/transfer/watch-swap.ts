import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withClient } from '#tests/support/with-client.ts';
import type { CutoverWatch } from './cutover-watch.ts';

const pauseMs = 4;

/**
 * A swap is under way while one of Holdfast's sessions renames a database, or has one locked in an open transaction
 * (a drop, which locks too, is none).
 */
function lookSql(live: string): string {
  return `select
    (select oid::text from pg_database where datname = ${pg.escapeLiteral(live)}) as served,
    exists(select from pg_stat_activity a where a.application_name = 'holdfast' and a.state <> 'idle'
      and a.query !~* 'drop database' and (
        a.state = 'active' and a.query ~* 'alter database .* rename to'
        or exists(select from pg_locks l where l.pid = a.pid and l.locktype = 'object'
          and l.classid = 'pg_database'::regclass and l.mode = 'AccessExclusiveLock'))) as swapping`;
}

/** Watches the database `live` on the server of the superuser URL `url`; a server that has crashed is looked at again. */
export function watchSwap(url: string, { live }: { live: string }): CutoverWatch {
  let isUnderWay = false;
  let served: string | undefined;
  let watching = true;
  const sql = lookSql(live);
  const look = async (client: pg.Client): Promise<void> => {
    while (watching) {
      const answer = await client.query<{ served: string | null; swapping: string }>(sql);
      const row = answer.rows[0];
      isUnderWay = row?.swapping === 't';
      served = row?.served ?? undefined;
      await sleep(pauseMs);
    }
  };
  const looping = (async () => {
    while (watching) {
      await withClient(url, look).catch(() => sleep(20));
      isUnderWay = false;
    }
  })();
  return {
    spanMs: 150,
    get isUnderWay() {
      return isUnderWay;
    },
    get served() {
      return served;
    },
    async untilBegun(signal) {
      while (!isUnderWay) await sleep(1, undefined, { signal });
    },
    async [Symbol.asyncDispose]() {
      watching = false;
      await looping;
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { liftFence, raiseFence } from '#lib/cutover/fence.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const run = '20261121T120000Z-abcdef';

async function raise(holdfast: Holdfast): Promise<{ ended: number }> {
  return raiseFence(await holdfast.workspace(), { run, connection: 'target' });
}

it('is up only when every client that began before it is gone: one may be in the middle of a commit', async () => {
  await using target = await createDatabase({ cluster: 'target' });
  await withHoldfast({ target: target.url }, async (holdfast) => {
    await using guest = await openGuest(target.url);
    // It hears of its end as late as on a machine that has no time for it.
    process.kill(Number(guest.pid), 'SIGSTOP');
    let isUp = false;
    const raising = raise(holdfast).finally(() => {
      isUp = true;
    });
    const told = `select 1 from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = current_database()`;
    await waitFor(async () => (await runSql(target.url, told)).length || undefined);
    await sleep(500);
    expect(isUp).toBe(false);
    process.kill(Number(guest.pid), 'SIGCONT');
    expect((await raising).ended).toBeGreaterThanOrEqual(1);
    expect((await guest.ended).message).toContain('terminating connection');
    await liftFence(await holdfast.workspace(), run);
  });
});

it.each(['source', 'target'] as const)(
  'keeps out who was about to begin when it went up (server %s)',
  async (cluster) => {
    await using target = await createDatabase({ cluster });
    await runSql(target.url, 'create table notes (body text)');
    await withHoldfast({ target: target.url }, async (holdfast) => {
      // The server pauses when the session has read its settings, and before others can see it.
      const options = '-c post_auth_delay=2';
      const late = new pg.Client({ connectionString: target.url, application_name: 'late', options });
      late.on('error', () => undefined);
      const insert = () => late.query(`insert into notes values ('late')`);
      const first = late
        .connect()
        .then(insert)
        .catch(() => undefined);
      const starting = `select from pg_locks l join pg_database d on d.oid = l.objid and d.datname = current_database()
      where l.locktype = 'object' and l.mode = 'RowExclusiveLock' and l.pid <> pg_backend_pid()`;
      await waitFor(async () => (await runSql(target.url, starting)).length || undefined);
      await raise(holdfast);
      // What it has written before is in a backup that begins now; it writes no more.
      const found = await runSql(target.url, 'select body from notes');
      await first;
      await expect(insert()).rejects.toThrow();
      expect(await runSql(target.url, 'select body from notes')).toEqual(found);
      await late.end().catch(() => undefined);
      await liftFence(await holdfast.workspace(), run);
    });
  },
);

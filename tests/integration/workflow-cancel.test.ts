import { expect, it } from 'vitest';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** Players whose function takes its time in one database: there is time to cancel in the middle of it. */
function slowPlayers(database: string): string {
  return `
    create function slowly(id int) returns int language plpgsql immutable as $$
      begin if current_database() = '${database}' then perform pg_sleep(0.1); end if; return id; end $$;
    create table players (id int primary key, name text);
    create index slow on players (slowly(id));
    insert into players select i, 'player ' || i from generate_series(1, 40) i;`;
}

async function isBuilding(url: string): Promise<true | undefined> {
  const query = `select 1 from pg_stat_activity where state = 'active' and query ilike 'create index%slowly%' and datname = current_database()`;
  return (await runSql(url, query)).length > 0 ? true : undefined;
}

async function cancel({ runner, repository }: Holdfast, id: string): Promise<void> {
  const run = await waitFor(() => readRun(repository, id));
  await runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: run.eventId } });
}

it('A restore that is cancelled in the middle of an index leaves the target empty and a result that says so', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(source.url, slowPlayers(target.name));
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const before = await dumpDatabase(target.url);
    const { id, finished } = await holdfast.start({
      name: 'holdfast/restore.requested',
      data: { backup: 'latest', to: 'target' },
    });
    // The engine ends the run where it stands; what closes it is a run of its own.
    finished.catch(() => undefined);
    await waitFor(() => isBuilding(target.url));
    await cancel(holdfast, id);
    const result = await waitFor(() => readResult(holdfast.repository, id));
    expect(result).toMatchObject({ status: 'cancelled', exitCode: 6, error: { code: 'cancelled' } });
    expect(await dumpDatabase(target.url)).toEqual(before);
    await holdfast.runner.idle();
  });
});

it('A backup that is cancelled lets its snapshot go', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, slowPlayers('nowhere'));
  await runSql(
    source.url,
    `create or replace function slowly(id int) returns int language plpgsql immutable as $$ begin perform pg_sleep(0.1); return id; end $$`,
  );
  const slow = { name: 'slow', sql: 'select sum(slowly(id)) from players' };
  const config = { connections: { source: { criticalQueries: [slow] } } };
  await withHoldfast({ source: source.url, config }, async (holdfast) => {
    const { id, finished } = await holdfast.start({
      name: 'holdfast/backup.requested',
      data: { connection: 'source' },
    });
    finished.catch(() => undefined);
    const asking = `select 1 from pg_stat_activity where state = 'active' and query like 'select sum(slowly%' and datname = current_database()`;
    await waitFor(async () => ((await runSql(source.url, asking)).length > 0 ? true : undefined));
    await cancel(holdfast, id);
    expect(await waitFor(() => readResult(holdfast.repository, id))).toMatchObject({
      status: 'cancelled',
      exitCode: 6,
    });
    const held = `select 1 from pg_stat_activity where application_name = 'holdfast' and state = 'idle in transaction' and datname = current_database()`;
    expect(await runSql(source.url, held)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { countTables, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';
import { addSlowIndex, untilBuilding } from '#tests/support/slow-index.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const others = `select count(*) as n from pg_database where datname <> current_database() and starts_with(datname, current_database())`;

describe('a restore that is building its copy', () => {
  it('ends when another process cancels it, and leaves nothing', async () => {
    await using source = await createCliSource();
    await addSlowIndex(source.url);
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const building = place.start(['restore', 'latest', '--to', 'neon']);
    await untilBuilding(target.url, building);
    const { runs } = await place.runJson(['runs']);
    const cancelled = await place.runJson(['cancel', runs[0].run.id]);
    expect(cancelled).toMatchObject({ cancelled: true, result: { status: 'cancelled' } });
    expect((await building.ended).exitCode).toBe(6);
    expect(await countTables(target.url)).toBe(0);
    // Lanes end with their run: they have no records of their own.
    expect((await place.runJson(['runs'])).runs).toHaveLength(2);
    expect((await place.runJson(['runs'])).total).toBe(2);
    expect(await place.listJournals()).toEqual([]);
  });

  it('is taken up by `cancel` where its process was killed: not one step further, and back from where it stood', async () => {
    await using source = await createCliSource();
    await addSlowIndex(source.url);
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const building = place.start(['transfer', '--from', 'production', '--to', 'neon', '--yes', '--fence']);
    await untilBuilding(target.url, building);
    building.process.kill('SIGKILL');
    await building.ended;
    expect(await runSql(target.url, others)).toEqual([{ n: '1' }]);
    expect(await runSql(source.url, 'show default_transaction_read_only')).toEqual([
      { default_transaction_read_only: 'on' },
    ]);
    const { runs } = await place.runJson(['runs']);
    const statuses = runs.map(({ run, status }: { run: { kind: string }; status: string }) => `${run.kind} ${status}`);
    expect(statuses).toEqual(['restore interrupted', 'backup completed', 'transfer interrupted']);

    const transfer = runs[2].run.id;
    const before = (await place.runJson(['show', transfer])).timeline.length;
    const cancelled = await place.run(['cancel', runs[0].run.id]);
    expect(cancelled.exitCode, cancelled.stderr).toBe(0);
    expect(cancelled.stdout).toMatch(
      /^Cancelled: Transfer of production to neon\n {2}left +nothing; neon serves what it served/m,
    );
    const { timeline, status, children } = await place.runJson(['show', transfer]);
    expect({ status, children }).toMatchObject({
      status: 'cancelled',
      children: [{ status: 'completed' }, { status: 'cancelled' }],
    });
    expect(timeline.length - before).toBeLessThanOrEqual(1);
    expect(await runSql(target.url, others)).toEqual([{ n: '0' }]);
    expect(await countTables(target.url)).toBe(1);
    expect(await runSql(source.url, 'show default_transaction_read_only')).toEqual([
      { default_transaction_read_only: 'off' },
    ]);
    expect(await place.run(['resume'])).toMatchObject({ exitCode: 0, stdout: 'There is nothing to resume.\n' });
  });

  it('that replaces in place brings back what it replaced, before the process that drives it ends', async () => {
    await using source = await createCliSource();
    await addSlowIndex(source.url);
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer); insert into mine values (1)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const building = place.start(['restore', 'latest', '--to', 'neon', '--strategy', 'in-place', '--replace', '--yes']);
    await untilBuilding(target.url, building);
    const open = (await place.runJson(['runs'])).runs.find(({ status }: { status: string }) => status === 'running');
    const cancelled = await place.run(['cancel', open.run.id]);
    expect(cancelled.exitCode, cancelled.stderr).toBe(0);
    expect(cancelled.stdout).toMatch(
      /^ {2}left +what neon held comes back from the safety backup \S+: see `holdfast runs`$/m,
    );
    expect((await building.ended).exitCode).toBe(6);
    expect(await runSql(target.url, 'select * from mine')).toEqual([{ id: '1' }]);
    expect(await countTables(target.url)).toBe(1);
    expect(await place.listJournals()).toEqual([]);
  });

  it('stops on Ctrl-C with what the target serves and the ways on, at once on the second one, and resumes', async () => {
    await using source = await createCliSource();
    await addSlowIndex(source.url);
    // One lane builds them one after the other, each in a step of its own.
    await runSql(source.url, 'create index slow_too on slow (slowly(id + 1))');
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      NEON_DATABASE_URL: target.url,
      HOLDFAST_STEP_BUDGET: '100ms',
    });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const once = place.start(['restore', 'latest', '--to', 'neon', '--yes', '--lanes', '1']);
    await untilBuilding(target.url, once);
    once.process.kill('SIGINT');
    const stopped = await once.ended;
    expect(stopped.exitCode).toBe(6);
    expect(stopped.stderr).toMatch(
      /^error: Stopped before the end of run (\S+) \(.*\)\. neon serves what it served\.$/m,
    );
    const [, run = ''] = /holdfast cancel (\S+)`/.exec(stopped.stderr) ?? [];
    expect(stopped.stderr).toMatch(
      new RegExp(`^hint: Go on with \`holdfast resume ${run}\`; .*\`holdfast cancel ${run}\` drops`, 'm'),
    );
    expect(await countTables(target.url)).toBe(1);

    const twice = place.start(['resume', run]);
    await untilBuilding(target.url, twice);
    twice.process.kill('SIGINT');
    await twice.said(/stopping/);
    await new Promise((resolve) => setTimeout(resolve, 600));
    twice.process.kill('SIGINT');
    expect((await twice.ended).exitCode).toBe(6);

    const resumed = await place.runJson(['resume', run]);
    expect(resumed).toMatchObject({ runs: [{ status: 'completed', cutover: { state: 'live' } }] });
    expect(await place.runJson(['discard', run, '--yes'])).toMatchObject({ status: 'completed' });
    expect(await runSql(target.url, others)).toEqual([{ n: '0' }]);
  });
});

describe('a backup that is under way', () => {
  it('ends when another process cancels it, and lets its snapshot go', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await runSql(
      source.url,
      `create function held() returns int language plpgsql immutable as $$ begin perform pg_sleep(20); return 1; end $$`,
    );
    const { writeFile } = await import('node:fs/promises');
    const query = { name: 'slow', sql: 'select held()' };
    const config = { connections: { production: { criticalQueries: [query] } } };
    await writeFile(`${place.folder}/slow.mjs`, `export default ${JSON.stringify(config)};`);
    const asking = `select from pg_stat_activity where state = 'active' and query like 'select held%' and datname = current_database()`;
    const running = place.start(['backup', '--config', 'slow.mjs']);
    while ((await runSql(source.url, asking)).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const { runs } = await place.runJson(['runs']);
    expect(await place.runJson(['cancel', runs[0].run.id])).toMatchObject({ cancelled: true });
    expect(
      await runSql(
        source.url,
        `select count(*) as n from pg_stat_activity where application_name = 'holdfast' and state = 'idle in transaction' and datname = current_database()`,
      ),
    ).toEqual([{ n: '0' }]);
    expect((await running.ended).exitCode).toBe(6);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

const rescue = ['restore', 'latest', '--to', 'production', '--schema-as', 'rescue'];

describe.concurrent('holdfast restore --tables --schema-as', () => {
  it('recovers, compares and shows it again, in text and in JSON', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await place.runJson(['backup']);
    await runSql(
      source.url,
      `delete from sessions where id % 100 = 3; update sessions set data = '{}' where id in (5, 6);
       insert into sessions values (100001, 1, '{}')`,
    );
    const { exitCode, stdout, stderr } = await place.run([...rescue, '--tables', 'sessions', 'public.pl*']);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^Recovered and proven: 2 tables of \S+ in the schema rescue of production$/m),
    });
    expect(stderr).toMatch(/^recovers public\.sessions as rescue\.sessions$/m);
    expect(stderr).toMatch(/^recovery of 2 tables of \S+ to production: run \S+$/m);
    expect(stdout).toMatch(/^ {2}public\.sessions +sessions +6,000 +5,941 +60 +1 +2$/m);
    expect(stdout).toMatch(/^ {2}public\.players +players +2,000 +2,000 +0 +0 +0$/m);
    expect(stdout).toMatch(/^ {2}only in the backup, \(id\): 3 103 203 .* 1903 and 40 more$/m);
    expect(stdout).toMatch(/^ {2}only in the live table, \(id\): 100001$/m);
    expect(stdout).toMatch(/^ {2}different, \(id\): 5 in data; 6 in data$/m);
    expect(stdout).toMatch(
      /^ {2}clean up +when you are done: holdfast discard \S+, or by hand: drop schema "rescue" cascade;$/m,
    );

    // What is printed is what a person pastes.
    const insert = /^ {2}(insert into [^;]+;)$/m.exec(stdout)?.[1] ?? '';
    await runSql(source.url, insert);
    expect(await runSql(source.url, 'select count(*) from sessions')).toEqual([
      { count: String(cliRows.sessions + 1) },
    ]);

    const runId = /^ {2}run +(\S+)$/m.exec(stdout)?.[1] ?? '';
    const shown = await place.run(['show', runId]);
    expect(shown.stdout).toMatch(/^Recovery of tables of \S+ to production .*: completed$/m);
    expect(shown.stdout).toMatch(/^ {2}public\.sessions +sessions +6,000 +5,941 +60 +1 +2$/m);
    expect(await place.runJson(['show', runId])).toMatchObject({ differences: { schema: 'rescue' } });

    expect(await place.runBadly([...rescue, '--tables', 'sessions'], { exitCode: 3 })).toMatch(
      /schema rescue: the live database has it already/,
    );
    await runSql(source.url, 'drop schema rescue cascade');
    const json = await place.runJson([...rescue, '--tables', 'sessions']);
    expect(json).toMatchObject({
      ...{ status: 'completed', exitCode: 0, run: { kind: 'recover', target: 'production' }, proof: { passed: true } },
      differences: {
        schema: 'rescue',
        tables: [
          {
            ...{ schema: 'public', name: 'sessions', side: 'sessions', compared: 'by key', key: ['id'] },
            onlyInBackup: { rows: '0', examples: [] },
            onlyInLive: { rows: '1', examples: [['100001']] },
            different: {
              rows: '2',
              examples: [
                { key: ['5'], columns: ['data'] },
                { key: ['6'], columns: ['data'] },
              ],
            },
            statements: { insert: null, update: expect.stringContaining('update "public"."sessions" l set') },
          },
        ],
      },
    });
    expect(await place.runJson(['runs'])).toMatchObject({ total: 4 });
    await place.expectNoSecret([passwordOf(source.url)]);
  });

  it('tells what is wrong with a command line before a run is made of it', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await place.runJson(['backup']);
    for (const [args, message] of [
      [[...rescue, '--tables', 'sesions'], /matches sesions\.\nhint: Did you mean public\.sessions\?/],
      [[...rescue, '--tables', 'active'], /there is the materialized view public\.active/],
      [[...rescue, '--tables', '"sessions'], /does not name a table/],
      [rescue, /--tables and --schema-as go together/],
      [['restore', 'latest', '--to', 'production', '--tables', 'sessions'], /--tables and --schema-as go together/],
      [[...rescue, '--tables', 'sessions', '--proof', 'counts'], /--proof does not go with --tables/],
      [[...rescue, '--tables', 'sessions', '--yes-replace', 'neon'], /--yes-replace names neon/],
    ] as const) {
      expect(await place.runBadly(args, { exitCode: 2 })).toMatch(message);
    }
    expect(await place.runJson(['runs'])).toMatchObject({ total: 1 });
    expect(await place.listJournals()).toEqual([]);
  });

  it('is gone on with after SIGKILL in the middle of its rows', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await place.runJson(['backup']);
    await runSql(source.url, 'delete from sessions where id = 7');
    await killInTheMiddle(place, source.url);
    expect((await place.run(['runs'])).stdout).toMatch(/^ {2}\S+ +Recovery of tables of .* interrupted$/m);
    // Another one must not take what the first has begun.
    const other = ['restore', 'latest', '--to', 'production', '--tables', 'players', '--schema-as', 'other'];
    expect(await place.runBadly(other, { exitCode: 3 })).toMatch(
      /the run \S+ is at work in the database, or was stopped\nhint: .*holdfast resume/,
    );

    const resumed = await place.runJson(['resume']);
    expect(resumed).toMatchObject({
      ...{ exitCode: 0, runs: [{ status: 'completed', run: { kind: 'recover' }, proof: { passed: true } }] },
    });
    const lost = resumed.runs[0].differences.tables.map((table: { onlyInBackup: object }) => table.onlyInBackup);
    expect(lost).toContainEqual({ rows: '1', examples: [['7']] });
    expect(await runSql(source.url, 'select count(*) from rescue.sessions')).toEqual([
      { count: String(cliRows.sessions) },
    ]);
    expect(await schemas(source.url)).toEqual(['rescue']);
  });

  it('is taken back by `cancel` where its process was killed', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await place.runJson(['backup']);
    await killInTheMiddle(place, source.url);
    expect(await schemas(source.url)).toEqual(['holdfast', 'rescue']);
    const [newest] = (await place.runJson(['runs'])).runs;
    expect(await place.runJson(['cancel', newest.run.id])).toMatchObject({ cancelled: true, exitCode: 0 });
    expect(await schemas(source.url)).toEqual([]);
    expect(await place.runJson(['runs', newest.run.id])).toMatchObject({ status: 'cancelled' });
    expect((await place.run([...rescue, '--tables', 'players'])).exitCode).toBe(0);
  });
});

/** Starts a recovery of everything and kills it while it waits for a lock in the middle of its rows. */
async function killInTheMiddle(place: CliPlace, url: string): Promise<void> {
  await withClient(url, async (client) => {
    const running = place.start([...rescue, '--tables', '*']);
    while ((await client.query(`select to_regclass('rescue.sessions') as there`)).rows[0]?.there === null) {
      if (running.process.exitCode !== null) throw new Error((await running.ended).stderr);
      await sleep(5);
    }
    await client.query('begin; lock table rescue.sessions in share mode');
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await runSql(url, waiting)).length === 0 && running.process.exitCode === null) await sleep(5);
    running.process.kill('SIGKILL');
    await running.ended;
    await client.query('commit');
    expect(running.process.signalCode).toBe('SIGKILL');
  });
}

async function schemas(url: string): Promise<(string | null | undefined)[]> {
  const found = await runSql(
    url,
    `select nspname as name from pg_namespace where nspname in ('rescue', 'other', 'holdfast') order by 1`,
  );
  return found.map(({ name }) => name);
}

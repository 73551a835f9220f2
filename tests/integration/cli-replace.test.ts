import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { hasTerminals, openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';

/** A target that people live in. */
async function createLiveTarget(): Promise<TestDatabase> {
  const target = await createDatabase({ cluster: 'target' });
  await runSql(
    target.url,
    "create table mine (id integer); insert into mine values (1); comment on table mine is 'old'",
  );
  return target;
}

async function servesOld(url: string): Promise<boolean> {
  const [row] = await runSql(
    url,
    `select to_regclass('mine') is not null as old, to_regclass('sessions') is not null as new`,
  );
  return row?.['old'] === 't' && row['new'] === 'f';
}

describe('a restore over something that lives', () => {
  it('is refused without a word where nobody can be asked, and names the flag', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    await writeFile(
      join(place.folder, 'guarded.mjs'),
      'export default { connections: { neon: { protected: true } } };',
    );
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const restore = ['restore', 'latest', '--to', 'neon'];
    const guarded = ['--config', 'guarded.mjs'];
    const cases = [
      [[], 3, /serves would be replaced: the database holds 1 objects, first table public\.mine/, /: --yes, or type/],
      [['--replace'], 3, /would be replaced/, /--yes/],
      [guarded, 3, /neon is protected/, /--yes-replace neon/],
      [[...guarded, '--yes'], 3, /neon is protected/, /--yes-replace neon/],
      [['--yes-replace', 'production'], 2, /--yes-replace names production, the target is neon/, /Give the name/],
      [['--strategy', 'in-place', '--yes'], 3, /in-place: the database holds 1 objects/, /With --replace/],
      [['--no-cutover', '--require-approval'], 2, /exclude each other/, /beside the live/],
      [
        ['--strategy', 'in-place', '--replace', '--no-cutover', '--yes'],
        3,
        /nothing would be left beside/,
        /database-swap/,
      ],
    ] as const;
    for (const [args, exitCode, message, hint] of cases) {
      const said = await place.runBadly([...restore, ...args], { exitCode });
      expect(said).toMatch(message);
      expect(said).toMatch(hint);
    }
    const refused = await place.runJson(restore, { exitCode: 3 });
    expect(refused).toMatchObject({ status: 'failed', exitCode: 3, error: { code: 'not_confirmed' } });
    expect(await servesOld(target.url)).toBe(true);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('swaps with --yes, tells where the former content is, and rolls back and discards', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const done = await place.run(['restore', 'latest', '--to', 'neon', '--yes']);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stderr).toMatch(
      /^restore of \S+ to neon:\n {2}how +database-swap: role postgres can create databases$/m,
    );
    expect(done.stdout).toMatch(/^Restored, proven and live: \S+ in neon$/m);
    expect(done.stdout).toMatch(/^ {2}cut-over +database-swap: role postgres can create databases$/m);
    expect(done.stdout).toMatch(/^ {2}interrupted +\d+ ms in which no client could work$/m);
    const [, run = ''] = /^ {2}run +(\S+)$/m.exec(done.stdout) ?? [];
    const before = `${target.name}__before_${run}`;
    expect(done.stdout).toMatch(
      new RegExp(`^ {2}before +what neon served is database ${before}, kept until \\d{4}-.* UTC$`, 'm'),
    );
    expect(done.stdout).toMatch(new RegExp(`^ {2}roll back +holdfast rollback ${run}$`, 'm'));
    expect(await runSql(target.url, 'select count(*) as n from sessions')).toEqual([{ n: String(cliRows.sessions) }]);
    await runSql(target.url, 'create table later (id integer)');

    expect(await place.runBadly(['rollback', run], { exitCode: 3 })).toMatch(
      /would replace what the connection neon serves.*--yes/s,
    );
    const back = await place.run(['rollback', run.slice(0, -2), '--yes']);
    expect(back.exitCode, back.stderr).toBe(0);
    expect(back.stdout).toMatch(/^Rolled back: neon serves again what it served before run /m);
    const aside = `${target.name}__rolled_back_${run}`;
    expect(back.stdout).toMatch(new RegExp(`^ {2}put aside +database ${aside}: what had gone live$`, 'm'));
    expect(back.stdout).toMatch(
      new RegExp(`of WAL on the whole server since the cut-over; what went into neon is in database ${aside}$`, 'm'),
    );
    expect(await servesOld(target.url)).toBe(true);
    const url = new URL(target.url);
    url.pathname = `/${aside}`;
    expect(await runSql(url.href, `select to_regclass('later') is not null as written`)).toEqual([{ written: 't' }]);

    expect(await place.runBadly(['rollback', run, '--yes'], { exitCode: 3 })).toMatch(/rolled back already/);
    const shown = await place.run(['show', run]);
    expect(shown.stdout).toMatch(/^ {2}now +neon serves again what it served before$/m);
    expect(await place.runBadly(['discard', run], { exitCode: 3 })).toMatch(/would be dropped.*--yes/s);
    const discarded = await place.runJson(['discard', run, '--yes']);
    expect(discarded).toMatchObject({
      status: 'completed',
      run: { kind: 'discard' },
      cutover: { state: 'discarded', kept: null },
    });
    expect(
      await runSql(target.url, `select count(*) as n from pg_database where datname ~ '__(before|rolled_back)_${run}'`),
    ).toEqual([{ n: '0' }]);
    expect(await place.runBadly(['discard', run, '--yes'], { exitCode: 3 })).toMatch(/keeps nothing beside neon/);
    expect(await place.listJournals()).toEqual([]);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('leaves the copy beside it with --no-cutover, and a copy whose proof failed with --keep-staging', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const beside = await place.run(['restore', 'latest', '--to', 'neon', '--no-cutover']);
    expect(beside.exitCode, beside.stderr).toBe(0);
    expect(beside.stdout).toMatch(/^Restored and proven: \S+ beside neon$/m);
    const [, run = ''] = /^ {2}run +(\S+)$/m.exec(beside.stdout) ?? [];
    const staging = `${target.name}__staging_${run}`;
    expect(beside.stdout).toMatch(new RegExp(`^ {2}copy +postgres://postgres:\\*\\*\\*@[^/]+/${staging}$`, 'm'));
    expect(beside.stdout).toMatch(new RegExp(`^ {2}connect +take NEON_DATABASE_URL with database ${staging}`, 'm'));
    expect(beside.stdout).toMatch(new RegExp(`^ {2}drop it +holdfast discard ${run}$`, 'm'));
    expect(await servesOld(target.url)).toBe(true);
    expect(await place.runBadly(['rollback', run, '--yes'], { exitCode: 3 })).toMatch(/did not go live/);
    expect(await place.runJson(['discard', run, '--yes'])).toMatchObject({ status: 'completed' });

    const query = { name: 'how many players', sql: 'select count(*) from players', expect: { scalar: 7 } };
    const config = { connections: { production: { criticalQueries: [query] } } };
    await writeFile(join(place.folder, 'wrong.mjs'), `export default ${JSON.stringify(config)};`);
    expect(await place.run(['backup', '--config', 'wrong.mjs'])).toMatchObject({ exitCode: 0 });
    const kept = await place.run(['restore', 'latest', '--to', 'neon', '--yes', '--keep-staging']);
    expect(kept.exitCode, kept.stderr).toBe(4);
    expect(kept.stdout).toMatch(/^Not proven: /m);
    const [, failed = ''] = /^ {2}run +(\S+)$/m.exec(kept.stdout) ?? [];
    expect(kept.stderr).toMatch(new RegExp(`^hint: .*\`holdfast show ${failed}\`\\.$`, 'm'));
    expect(kept.stdout).toMatch(/^ {2}copy +postgres:.*__staging_/m);
    const dropped = await place.runJson(['restore', 'latest', '--to', 'neon', '--yes'], { exitCode: 4 });
    expect(dropped).toMatchObject({
      status: 'proof-failed',
      proof: { passed: false },
      cutover: { state: 'discarded', kept: null },
    });
    expect(await servesOld(target.url)).toBe(true);
  });

  it('replaces it in place with --replace, and a rollback brings the safety backup back', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const done = await place.run(['restore', 'latest', '--to', 'neon', '--replace', '--yes-replace', 'neon']);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/^ {2}cut-over +in-place: /m);
    expect(done.stdout).toMatch(/^ {2}before +what neon held is the safety backup \d{8}T\S+$/m);
    const [, run = ''] = /^ {2}run +(\S+)$/m.exec(done.stdout) ?? [];
    // Its safety backup is a part of it.
    const { runs } = await place.runJson(['runs']);
    expect(runs.filter((entry: { run: { parent: string | null } }) => entry.run.parent === run)).toHaveLength(1);
    expect((await place.run(['runs'])).stdout).toMatch(/^ {2}\S+ {4}Backup of neon /m);
    expect(await place.runBadly(['discard', run, '--yes'], { exitCode: 3 })).toMatch(/keeps nothing beside neon/);
    const back = await place.run(['rollback', run, '--yes']);
    expect(back.exitCode, back.stderr).toBe(0);
    expect(back.stdout).toMatch(/^ {2}restored +the safety backup, by run \S+$/m);
    expect(await servesOld(target.url)).toBe(true);
  });

  it('tells where both databases are when a rollback fails: exit code 7, and the statements by hand', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using role = await createRole(target.url, { attributes: 'createdb' });
    await runSql(
      target.url,
      `alter database ${target.name} owner to ${role.name}; alter table mine owner to ${role.name}`,
    );
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: role.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const { run } = await place.runJson(['restore', 'latest', '--to', 'neon', '--yes']);
    await runSql(target.url, `alter role ${role.name} nocreatedb`);

    const failed = await place.run(['rollback', run.id, '--yes']);
    expect(failed.exitCode, failed.stderr).toBe(7);
    const before = `${target.name}__before_${run.id}`;
    expect(failed.stderr).toMatch(
      new RegExp(`^error: .*Database ${target.name} still has the restored content, and ${before}`, 'm'),
    );
    expect(failed.stderr).toMatch(/^hint: .*alter database/m);
    expect(failed.stdout).toMatch(/^A person is needed\. What is known:$/m);
    expect(failed.stdout).toMatch(new RegExp(`^ {2}former content +database ${before} \\(oid \\d+\\)$`, 'm'));
    expect(failed.stdout).toMatch(
      new RegExp(`^ {2}restored content +database ${target.name} \\(oid \\d+\\), which is what neon serves$`, 'm'),
    );
    const told = await place.runJson(['rollback', run.id, '--yes'], { exitCode: 7 });
    expect(told.databases).toMatchObject([{ what: 'former content' }, { what: 'restored content' }]);

    await runSql(target.url, `alter role ${role.name} createdb`);
    expect(await place.runJson(['rollback', run.id, '--yes'])).toMatchObject({ status: 'completed' });
    expect(await servesOld(target.url)).toBe(true);
    expect(await place.runJson(['discard', run.id, '--yes'])).toMatchObject({ status: 'completed' });
    await runSql(
      target.url,
      `reassign owned by ${role.name} to current_user; alter database ${target.name} owner to current_user`,
    );
    await place.expectNoSecret([passwordOf(role.url)]);
  });

  it('goes back into its own source only with the name', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    await runSql(source.url, 'delete from sessions');
    const restore = ['restore', 'latest', '--to', 'production'];
    expect(await place.runBadly([...restore, '--yes'], { exitCode: 3 })).toMatch(
      /the one this backup was taken from.*--yes-replace production/s,
    );
    expect(await place.runJson([...restore, '--yes-replace', source.name])).toMatchObject({ status: 'completed' });
    expect(await runSql(source.url, 'select count(*) as n from sessions')).toEqual([{ n: String(cliRows.sessions) }]);
    const { run } = (await place.runJson(['runs'])).runs[0];
    expect(await place.run(['discard', run.id, '--yes'])).toMatchObject({ exitCode: 0 });
  });
});

describe.skipIf(!hasTerminals())('a person at a terminal', () => {
  it('sees what would happen, types the name, and is taken at his word', async () => {
    await using source = await createCliSource();
    await using target = await createLiveTarget();
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const restore = ['restore', 'latest', '--to', 'neon', '--no-color'];

    const wrong = place.start(restore, { terminal: true });
    await wrong.said(/Type neon to replace what it serves: /);
    wrong.type('yes\n');
    const refused = await wrong.ended;
    expect(refused.exitCode, refused.stdout).toBe(3);
    expect(refused.stdout).toMatch(/how +database-swap: role postgres can create databases/);
    expect(refused.stdout).toMatch(/neon +postgres:\/\/postgres:\*\*\*@.*: the database holds 1 objects/);
    expect(refused.stdout).toMatch(/clients +none are connected/);
    expect(refused.stdout).toMatch(
      /kept +what it serves now, as database \S+__before_RUN, for 7d; `holdfast rollback RUN`/,
    );
    expect(refused.stdout).toMatch(/Its name was not typed/);

    for (const [typed, exitCode] of [
      ['\x03', 6],
      ['\x04', 3],
    ] as const) {
      const left = place.start(restore, { terminal: true });
      await left.said(/Type neon to /);
      left.type(typed);
      expect((await left.ended).exitCode).toBe(exitCode);
    }
    expect(await servesOld(target.url)).toBe(true);
    expect((await place.runJson(['runs'])).runs).toHaveLength(1);

    const meant = place.start(restore, { terminal: true });
    await meant.said(/Type neon to /);
    meant.type(`${target.name}\n`);
    const done = await meant.ended;
    expect(done.exitCode, done.stdout).toBe(0);
    const [, run = ''] = /roll back +holdfast rollback (\S+)/.exec(done.stdout) ?? [];

    const back = place.start(['rollback', run, '--no-color'], { terminal: true });
    await back.said(/Type neon to roll it back: /);
    back.type('neon\n');
    const rolledBack = await back.ended;
    expect(rolledBack.exitCode, rolledBack.stdout).toBe(0);
    expect(rolledBack.stdout).toMatch(/comes back +database \S+__before_\S+, which neon served until /);
    expect(rolledBack.stdout).toMatch(
      /put aside +what neon serves now, with everything written since, as database \S+__rolled_back_/,
    );
    expect(rolledBack.stdout).toMatch(/written +\S+ \S*B of WAL since /);

    const drop = place.start(['discard', run], { terminal: true });
    await drop.said(/Type neon to drop it: /);
    drop.type('neon\n');
    expect((await drop.ended).exitCode).toBe(0);
    expect(await servesOld(target.url)).toBe(true);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });
});

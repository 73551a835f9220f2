import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliRows, countTables, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { addSlowIndex, untilBuilding } from '#tests/support/slow-index.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const readOnly = 'show default_transaction_read_only';

describe('a transfer', () => {
  it('moves a database into an empty one, and tells of its backup, its proof and what was written since', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const done = await place.run(['transfer', '--from', 'production', '--to', 'neon', '--lanes', '1']);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/^Transferred and proven: production to neon$/m);
    expect(done.stdout).toMatch(/^ {2}public\.sessions +6,000 +6,000 {2}equal$/m);
    expect(done.stdout).toMatch(/^ {2}backup +\S+: 8,000 rows, /m);
    expect(done.stdout).toMatch(/^ {2}cut-over +in-place: database \S+ is empty$/m);
    expect(done.stdout).toMatch(/^ {2}written since +nothing to production since its snapshot$/m);
    expect(await runSql(target.url, 'select count(*) as n from sessions')).toEqual([{ n: String(cliRows.sessions) }]);

    const [, run = ''] = /^ {2}run +(\S+)$/m.exec(done.stdout) ?? [];
    const shown = await place.runJson(['show', run]);
    expect(shown).toMatchObject({
      status: 'completed',
      run: { kind: 'transfer', connection: 'production', target: 'neon', parent: null },
      children: [{ run: { kind: 'backup', parent: run } }, { run: { kind: 'restore', parent: run } }],
      result: {
        outcome: { backup: { totals: { rows: '8000' } }, restore: { cutover: { state: 'live' } }, fenced: false },
      },
      proof: { passed: true },
      cutover: { knownAs: run, details: { strategy: 'in-place' }, kept: null },
    });
    const documented = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'command-line.md'), 'utf8');
    const { result, cutover } = shown;
    for (const field of [shown, result, result.run, result.outcome, cutover].flatMap((part) => Object.keys(part))) {
      expect(documented, field).toContain(`\`${field}\``);
    }
    const part = await place.run(['show', shown.children[1].run.id]);
    expect(part.stdout).toMatch(new RegExp(`^ {2}part of +${run}$`, 'm'));
    expect((await place.run(['runs'])).stdout).toMatch(
      /Transfer of production to neon.*\n {2}\S+ {4}Backup of production.*\n {2}\S+ {4}Restore of /,
    );
    expect(await place.runBadly(['rollback', run, '--yes'], { exitCode: 3 })).toMatch(
      /restored into the empty target neon/,
    );
    expect(await place.listJournals()).toEqual([]);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('is refused before a byte moves: one database, a target that lives, a protected one, an unknown one', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      NEON_DATABASE_URL: target.url,
      HOLDFAST_DATABASE_SAME_URL: source.url,
    });
    await writeFile(
      join(place.folder, 'guarded.mjs'),
      'export default { connections: { neon: { protected: true } } };',
    );
    const cases = [
      [['--to', 'same', '--yes'], 3, /it is the database of production itself/],
      [['--to', 'neon'], 3, /would be replaced/],
      [['--to', 'neon', '--yes', '--config', 'guarded.mjs'], 3, /neon is protected/],
      [['--to', 'nobody'], 2, /no connection "nobody"/],
    ] as const;
    for (const [args, exitCode, message] of cases) {
      expect(await place.runBadly(['transfer', '--from', 'production', ...args], { exitCode })).toMatch(message);
    }
    expect((await place.runJson(['list'])).backups).toEqual([]);
    expect(await countTables(target.url)).toBe(1);
  });

  it('with --fence leaves the old home read-only, until a rollback lifts that', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const moved = await place.runJson(['transfer', '--from', 'production', '--to', 'neon', '--yes', '--fence']);
    expect(moved).toMatchObject({ status: 'completed', outcome: { fenced: true }, cutover: { state: 'live' } });
    expect(await runSql(source.url, readOnly)).toEqual([{ default_transaction_read_only: 'on' }]);
    await expect(runSql(source.url, 'delete from sessions')).rejects.toThrow(/read-only transaction/);
    const shown = await place.run(['show', moved.run.id]);
    expect(shown.stdout).toMatch(/^ {2}fence +production is read-only for its clients/m);

    const back = await place.runJson(['rollback', moved.run.id, '--yes']);
    expect(back).toMatchObject({ status: 'completed', cutover: { state: 'rolled-back', knownAs: moved.run.id } });
    expect(await runSql(source.url, readOnly)).toEqual([{ default_transaction_read_only: 'off' }]);
    expect(await countTables(target.url)).toBe(1);
    expect((await place.run(['show', moved.run.id])).stdout).not.toMatch(/^ {2}fence/m);
    expect(await place.runJson(['discard', moved.run.id, '--yes'])).toMatchObject({ status: 'completed' });
  });

  it('with --fence lifts it where the proof fails, and both databases serve what they served', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const query = { name: 'how many players', sql: 'select count(*) from players', expect: { scalar: 7 } };
    const config = { connections: { production: { criticalQueries: [query] } } };
    await writeFile(join(place.folder, 'wrong.mjs'), `export default ${JSON.stringify(config)};`);
    const args = ['transfer', '--from', 'production', '--to', 'neon', '--fence', '--config', 'wrong.mjs'];
    const failed = await place.run(args);
    expect(failed.exitCode, failed.stderr).toBe(4);
    expect(failed.stdout).toMatch(/^Not transferred: production to neon$/m);
    expect(failed.stdout).toMatch(/^ {2}failed .*how many players/m);
    expect(failed.stdout).toMatch(/^ {2}backup +\S+: 8,000 rows/m);
    expect(await runSql(source.url, readOnly)).toEqual([{ default_transaction_read_only: 'off' }]);
    expect(await countTables(target.url)).toBe(0);
  });

  it('is resumed as one run after SIGKILL: its parts are none of their own', async () => {
    await using source = await createCliSource();
    await addSlowIndex(source.url);
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const killed = place.start(['transfer', '--from', 'production', '--to', 'neon']);
    await untilBuilding(target.url, killed);
    killed.process.kill('SIGKILL');
    await killed.ended;
    const told = await place.run(['runs']);
    expect(told.stderr).toMatch(
      /^note: There is something to resume \(transfer of production to neon, run \S+\): `holdfast resume`\.$/m,
    );
    expect(told.stdout.match(/interrupted$/gm)).toHaveLength(2);
    const resumed = await place.runJson(['resume']);
    expect(resumed.runs).toMatchObject([{ status: 'completed', run: { kind: 'transfer' }, proof: { passed: true } }]);
    expect((await place.runJson(['list'])).total).toBe(1);
    expect(await place.listJournals()).toEqual([]);
  });
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countTables, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

describe.concurrent('a bad target', () => {
  it('is refused before it is touched: not empty, the source itself, unknown, protected', async () => {
    await using source = await createCliSource();
    await using full = await createDatabase({ cluster: 'target' });
    await using empty = await createDatabase({ cluster: 'target' });
    await runSql(full.url, 'create table mine (id integer); insert into mine values (1)');
    await using place = await openCliPlace({
      DATABASE_URL: source.url,
      HOLDFAST_DATABASE_FULL_URL: full.url,
      HOLDFAST_DATABASE_LIVE_URL: empty.url,
    });
    await writeFile(join(place.folder, 'guarded.ts'), 'export default { connections: { live: { protected: true } } };');
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const cases = [
      [['--to', 'full'], 3, /holds 1 objects|holds 1 object/],
      [['--to', 'production'], 3, /is the one this backup was taken from/],
      [['--to', 'nobody'], 2, /no connection "nobody"/],
      [['--to', 'live', '--config', 'guarded.ts'], 3, /live is protected/],
      [['--to', 'live', '--config', 'guarded.ts', '--yes-replace', 'full'], 2, /--yes-replace names full/],
    ] as const;
    for (const [args, exitCode, message] of cases) {
      expect(await place.runBadly(['restore', 'latest', ...args], { exitCode })).toMatch(message);
    }
    expect(await runSql(full.url, 'select * from mine')).toEqual([{ id: '1' }]);
    const meant = ['--to', 'live', '--config', 'guarded.ts', '--yes-replace', 'live'];
    expect(await place.runJson(['restore', 'latest', ...meant])).toMatchObject({ status: 'completed' });
  });

  it('is refused where its server lacks an extension of the source', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    const { extensionDirectory } = testCluster('source');
    await mkdir(extensionDirectory, { recursive: true });
    await writeFile(join(extensionDirectory, 'holdfast_rare.control'), "default_version = '1.0'\nrelocatable = true\n");
    await writeFile(join(extensionDirectory, 'holdfast_rare--1.0.sql'), 'create table rare (id integer);\n');
    await runSql(source.url, 'create extension holdfast_rare');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const said = await place.runBadly(['restore', 'latest', '--to', 'neon'], { exitCode: 3 });
    expect(said).toMatch(/extension holdfast_rare: the target server does not have holdfast_rare/);
    expect(await countTables(target.url)).toBe(0);
  });

  it('is left empty where its lower major version cannot take something', async () => {
    await using source = await createDatabase({ cluster: 'target' });
    await using target = await createDatabase({ cluster: 'source' });
    // Virtual generated columns came with PostgreSQL 18.
    await runSql(source.url, 'create table doubled (a integer, b integer generated always as (a * 2) virtual)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const said = await place.runBadly(['restore', 'latest', '--to', 'neon'], { exitCode: 3 });
    expect(said).toMatch(/doubled/);
    expect(said).toMatch(/lower major version/);
    expect(await countTables(target.url)).toBe(0);
  });

  it('is left empty where the proof fails, with exit code 4 and the check that failed', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const query = { name: 'how many players', sql: 'select count(*) from players', expect: { scalar: 7 } };
    const config = { connections: { production: { criticalQueries: [query] } } };
    await writeFile(join(place.folder, 'wrong.mjs'), `export default ${JSON.stringify(config)};`);
    expect(await place.run(['backup', '--config', 'wrong.mjs'])).toMatchObject({ exitCode: 0 });
    const told = await place.run(['restore', 'latest', '--to', 'neon']);
    expect(told.exitCode, told.stdout + told.stderr).toBe(4);
    expect(told.stdout).toMatch(/^Not proven: .*\n1 check of \d+ failed\n {2}failed .*how many players/);
    expect(told.stdout).toMatch(/^ {2}query +1 of 1 failed$/m);
    expect(told.stderr).toMatch(/^error: The proof failed: .*how many players/m);
    expect(await countTables(target.url)).toBe(0);
    const counted = await place.runJson(['restore', 'latest', '--to', 'neon', '--proof', 'counts'], { exitCode: 4 });
    expect(counted).toMatchObject({ status: 'proof-failed', proof: { passed: false, level: 'counts' } });
  });
});

describe.concurrent('a network or a disk that fails in the middle', () => {
  it('is told of with every attempt, and leaves a result when it does not come back', async () => {
    await using source = await createCliSource();
    await using proxy = await startTcpProxy(source.url);
    await using place = await openCliPlace({ DATABASE_URL: proxy.url });
    // After the connection was tried and the preflight has begun.
    proxy.cutAfter(3_000, 'to-client');
    await writeFile(join(place.folder, 'patient.mjs'), "export default { retryDelay: '200ms' };");
    const { exitCode, stderr } = await place.run(['backup', '--config', 'patient.mjs']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/attempt 1 failed \(.*\); the next one is in /);
    const { runs } = await place.runJson(['runs']);
    const shown = await place.run(['show', runs[0].run.id]);
    expect(shown.stdout).toMatch(/ 2 .*completed after: /);
    await place.expectNoSecret([passwordOf(source.url)]);
  });

  it('is named where the state folder cannot be made', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    await writeFile(join(place.folder, 'a-file'), 'x');
    const env = { HOLDFAST_STATE: join(place.folder, 'a-file', 'state') };
    expect(await place.runBadly(['backup'], { exitCode: 1, env })).toMatch(/Cannot make the journal/);
    expect(await place.runJson(['runs'], { env })).toMatchObject({ runs: [] });
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPgDumps } from '#lib/schema/find-pg-dump.ts';
import { openSystemZoo } from '#tests/fixtures/zoo/open-system-zoo.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { createDatabase, urlOfDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const programs = '/usr/lib/postgresql/15/bin';
const hasPrograms = spawnSync(join(programs, 'pg_restore'), ['--version']).status === 0;

const dumps = await findPgDumps({ searchPath: process.env['PATH'] });
const newest = Math.max(0, ...dumps.map(({ major }) => major));

let place: CliPlace;
let zoo: Awaited<ReturnType<typeof openSystemZoo>>;

beforeAll(async () => {
  zoo = hasPrograms ? await openSystemZoo(15) : undefined;
  place = await openCliPlace({ DATABASE_URL: zoo?.url });
});

afterAll(async () => {
  await place?.[Symbol.asyncDispose]();
  await zoo?.[Symbol.asyncDispose]();
});

async function run(program: string, args: readonly string[]): Promise<{ exitCode: number; said: string }> {
  const child = spawn(join(programs, program), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: Number(exitCode), said: out + err };
}

/** Writes a config and answers the variable that names it. */
async function configure(config: object): Promise<{ HOLDFAST_CONFIG: string }> {
  const file = join(place.folder, 'holdfast.config.mjs');
  await writeFile(file, `export default ${JSON.stringify(config)};\n`);
  return { HOLDFAST_CONFIG: file };
}

async function readFormats(backup: string) {
  const folder = join(place.repository, 'backups', 'production', backup);
  const { formats } = JSON.parse(await readFile(join(folder, 'formats', 'formats.json'), 'utf8'));
  return { folder, formats };
}

describe('--format custom', () => {
  it('is an archive that pg_restore lists, and restores with several jobs, equal to the source', async ({ skip }) => {
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    await place.runJson(['backup']);
    const file = join(place.folder, 'backup.dump');
    await place.runJson(['export', 'latest', '--format', 'custom', '-o', file]);
    const list = await run('pg_restore', ['--list', file]);
    expect(list).toMatchObject({ exitCode: 0, said: expect.stringContaining('TABLE DATA zoo many_rows') });
    await runSql(zoo.url, 'create database restored template template0');
    const restored = urlOfDatabase(zoo.url, { database: 'restored' });
    expect(await run('pg_restore', ['--jobs=4', '--exit-on-error', `--dbname=${restored}`, file])).toEqual({
      exitCode: 0,
      said: '',
    });
    await expectEqualDatabases(zoo.url, restored);
    expect((await readdir(place.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('goes to standard output, and holds one table where one is asked for', async ({ skip }) => {
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    const file = join(place.folder, 'one.dump');
    const cli = join(import.meta.dirname, '../../cli/holdfast.js');
    const args = [cli, 'export', 'latest', '--format', 'custom', '--table', 'zoo.many_rows', '-o', '-'];
    const env = { HOLDFAST_REPOSITORY: `file:${place.repository}`, HOLDFAST_STATE: place.state };
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [written, [exitCode]] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
    expect(exitCode).toBe(0);
    await writeFile(file, written);
    const { said } = await run('pg_restore', ['--list', file]);
    expect(said.split('\n').filter((line) => line.includes('TABLE DATA'))).toEqual([
      expect.stringContaining('TABLE DATA zoo many_rows'),
    ]);
  });

  it('holds a table whose foreign key is to one that is not asked for', async ({ skip }) => {
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    const file = join(place.folder, 'referring.dump');
    await place.runJson(['export', 'latest', '--format', 'custom', '--table', 'zoo.chicken', '-o', file]);
    const { said } = await run('pg_restore', ['--list', file]);
    expect(said.split('\n').filter((line) => line.includes('TABLE DATA'))).toEqual([
      expect.stringContaining('TABLE DATA zoo chicken'),
    ]);
    expect(said).toContain('FK CONSTRAINT zoo chicken chicken_egg');
  });

  it('takes an empty database that is given, and leaves it empty; never one with content', async ({ skip }) => {
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    await runSql(zoo.url, 'create database given template template0');
    const given = urlOfDatabase(zoo.url, { database: 'given' });
    const env = { HOLDFAST_DATABASE_GIVEN_URL: given, HOLDFAST_DATABASE_FULL_URL: zoo.url };
    const custom = ['export', 'latest', '--format', 'custom', '-o', join(place.folder, 'given.dump'), '--scratch'];
    const refused = await place.runJson([...custom, 'full'], { env, exitCode: 3 });
    expect(refused.error).toMatchObject({ code: 'scratch_not_empty', message: expect.stringContaining('full') });
    await place.runJson([...custom, 'given'], { env });
    expect(await run('pg_restore', ['--list', join(place.folder, 'given.dump')])).toMatchObject({ exitCode: 0 });
    const left = `select relname from pg_class join pg_namespace n on n.oid = relnamespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'`;
    expect(await runSql(given, left)).toEqual([]);
  });

  it('is refused where no pg_dump is new enough, with the way out', async ({ skip }) => {
    if (newest >= 18) return skip('there is a pg_dump 18 on this machine');
    await using source = await createDatabase({ cluster: 'target' });
    const env = { DATABASE_URL: source.url };
    await place.runJson(['backup'], { env });
    const { error } = await place.runJson(['export', 'latest', '--format', 'custom', '-o', 'x'], {
      env,
      exitCode: 3,
    });
    expect(error).toMatchObject({ code: 'no_native_pg_dump', hint: expect.stringContaining('--format sql') });
  });
});

describe('formats of the config', () => {
  it('lie beside the manifest, each with its SHA-256', async ({ skip }) => {
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    const env = await configure({ formats: ['sql', 'custom', 'csv', 'json'] });
    const { outcome, status } = await place.runJson(['backup'], { env });
    expect(status).toBe('completed');
    const { folder, formats } = await readFormats(outcome.backup);
    expect(formats.map(({ format }: { format: string }) => format)).toEqual(['sql', 'custom', 'csv', 'json']);
    for (const { files } of formats) {
      for (const { path, bytes, sha256 } of files) {
        const stored = await readFile(join(folder, path));
        expect(stored.length).toBe(bytes);
        expect(createHash('sha256').update(stored).digest('hex')).toBe(sha256);
      }
    }
    const archive = join(folder, 'formats', 'database.dump');
    expect(await run('pg_restore', ['--list', archive])).toMatchObject({ exitCode: 0 });
    const file = (at: number, table: string): string =>
      formats[at].files.find((one: { table: string }) => one.table === table).path;
    const csv = zlib.zstdDecompressSync(await readFile(join(folder, file(2, 'zoo.many_rows')))).toString();
    const json = zlib.zstdDecompressSync(await readFile(join(folder, file(3, 'zoo.many_rows')))).toString();
    expect(csv.split('\n').length).toBe(json.split('\n').length + 1);
    expect((await place.runJson(['show', outcome.backup])).formats).toEqual(formats);
    expect((await place.run(['show', outcome.backup])).stdout).toContain('database.dump');
  });

  it('do not take the backup with them when one fails; the run says so', async ({ skip }) => {
    if (newest >= 18) return skip('there is a pg_dump 18 on this machine');
    await using source = await createDatabase({ cluster: 'target' });
    await runSql(source.url, 'create table t as select 1 as one');
    const config = await configure({ formats: [], connections: { production: { formats: ['custom', 'sql'] } } });
    const env = { ...config, DATABASE_URL: source.url };
    const document = await place.runJson(['backup'], { env, exitCode: 1 });
    expect(document).toMatchObject({ status: 'failed', outcome: { backup: expect.any(String) } });
    expect(document.error.message).toMatch(/The backup is good\. The format custom was not stored: .*pg_dump/);
    const { formats } = await readFormats(document.outcome.backup);
    expect(formats).toMatchObject([{ format: 'sql', files: [{ path: 'formats/database.sql.zst' }] }]);
    expect(await place.runJson(['verify', document.outcome.backup])).toMatchObject({ status: 'completed' });
  });

  it('are refused where they would lie in clear beside what is encrypted', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table t as select 1 as one');
    const config = await configure({ formats: ['sql'] });
    const { stdout } = await place.run(['key', 'generate', '--quiet']);
    const env = {
      ...config,
      DATABASE_URL: source.url,
      HOLDFAST_KEY: /holdfast-key-1:\S+/.exec(stdout)?.[0],
      HOLDFAST_REPOSITORY: `file:${join(place.folder, 'sealed')}`,
    };
    const { error, outcome } = await place.runJson(['backup'], { env, exitCode: 1 });
    expect(error.message).toContain('would lie in clear');
    const folder = join(place.folder, 'sealed', 'backups', 'production', outcome.backup);
    expect((await readdir(folder)).sort()).toEqual(['manifest.json', 'restore.sh']);
  });
});

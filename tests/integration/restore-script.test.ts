import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { type S3TestServer, startS3Server } from '#tests/support/s3-server.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { openZooPlace, type ZooPlace } from '#tests/support/zoo-place.ts';

const missing = ['psql', 'zstd', 'gzip', 'sha256sum'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
/** The package of a distribution; what stands before it in PATH may be a shim of a Python that is not there. */
const aws = ['/usr/bin', '/usr/local/bin'].find((folder) => spawnSync(`${folder}/aws`, ['--version']).status === 0);

let zoo: ZooPlace;
let place: CliPlace;
let source: TestDatabase;
let backup: string;
let script: string;

beforeAll(async () => {
  zoo = await openZooPlace();
  ({ place, source, backup } = zoo);
  script = join(place.repository, 'backups', 'production', backup, 'restore.sh');
});

afterAll(() => zoo?.[Symbol.asyncDispose]());

/** Runs a script by `sh`, with nothing of this process's environment but PATH. */
async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ exitCode: number; stderr: string }> {
  const child = spawn('sh', [file, ...args], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { exitCode: Number(exitCode), stderr };
}

const nothing = `select relname from pg_class join pg_namespace n on n.oid = relnamespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'`;

describe('restore.sh of a folder', () => {
  it('restores a database that pg_dump cannot tell from the source, and says what it did', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    await using target = await createDatabase({ cluster: 'target' });
    const { exitCode, stderr } = await run(script, [target.url]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(
        /Restored backup .* \d+ tables, \d+ rows, \d+ sequences, \d+ large objects, .* seconds\.\n$/,
      ),
    });
    await expectEqualDatabases(source.url, target.url);
  });

  it('restores from a repository that was moved, and by a script that was taken out of it', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-moved-'));
    try {
      await cp(place.repository, join(folder, 'elsewhere'), { recursive: true });
      const hidden = `${place.repository}-hidden`;
      await rename(place.repository, hidden);
      try {
        const moved = join(folder, 'elsewhere', 'backups', 'production', backup, 'restore.sh');
        await using target = await createDatabase({ cluster: 'target' });
        expect(await run(moved, [], { PGURL: target.url })).toMatchObject({ exitCode: 0 });
        const alone = join(folder, 'restore.sh');
        await cp(moved, alone);
        const lost = await run(alone, [target.url]);
        expect(lost).toEqual({
          exitCode: 1,
          stderr: `error: there is no repository at ${place.repository}: set REPOSITORY\n`,
        });
        const full = await run(alone, [target.url], { REPOSITORY: `file:${folder}/elsewhere/` });
        expect(full).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not empty') });
        await using other = await createDatabase({ cluster: 'target' });
        const named = await run(alone, ['--no-transaction', other.url], { REPOSITORY: join(folder, 'elsewhere') });
        expect(named).toMatchObject({ exitCode: 0 });
        await expectEqualDatabases(source.url, other.url);
      } finally {
        await rename(hidden, place.repository);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('leaves an empty database empty when a chunk is damaged, missing or cut', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const { manifest } = await place.runJson(['show', backup]);
    const last = manifest.tables.filter(({ chunks }: { chunks: object[] }) => chunks.length > 0).at(-1).chunks[0].name;
    const { folder } = await place.copyRepository();
    const path = join(folder, 'chunks', last.slice(0, 2), last);
    const whole = await readFile(path);
    const changed = Buffer.from(whole);
    changed[whole.length - 1] = (whole[whole.length - 1] ?? 0) ^ 1;
    await using target = await createDatabase({ cluster: 'target' });
    const copied = join(folder, 'backups', 'production', backup, 'restore.sh');
    for (const [bytes, says] of [
      [changed, 'is not what it should be'],
      [whole.subarray(0, -1), 'bytes long'],
      [null, 'is missing'],
    ] as const) {
      if (bytes) await writeFile(path, bytes);
      else await rm(path);
      const { exitCode, stderr } = await run(copied, [target.url]);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(says) });
      expect(stderr).toContain('The restore has stopped, and the database is as it was before.');
      expect(await runSql(target.url, nothing)).toEqual([]);
    }
  });

  it('names what it needs: arguments, programs, roles', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    expect(await run(script, [])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('usage: restore.sh') });
    expect(await run(script, ['--all'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no option --all'),
    });
    expect((await run(script, ['--help'])).exitCode).toBe(0);
    const shell = spawnSync('sh', ['-c', 'command -v sh dirname cut wc mktemp rm date cat'], { encoding: 'utf8' });
    expect(shell.status).toBe(0);
    await using database = await createDatabase({ cluster: 'source' });
    await runSql(database.url, 'create role "zoo Gone"; create table t (id int); alter table t owner to "zoo Gone"');
    const other = await openCliPlace({ DATABASE_URL: database.url });
    try {
      const { outcome } = await other.runJson(['backup']);
      const its = join(other.repository, 'backups', 'production', outcome.backup, 'restore.sh');
      await using target = await createDatabase({ cluster: 'target' });
      await runSql(target.url, 'drop role if exists "zoo Gone"');
      const refused = await run(its, [target.url]);
      expect(refused).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/missing here: "zoo Gone"[\s\S]*--create-roles/),
      });
      expect(await run(its, ['--create-roles', target.url])).toMatchObject({ exitCode: 0 });
      expect(await runSql(target.url, `select rolcanlogin from pg_roles where rolname = 'zoo Gone'`)).toEqual([
        { rolcanlogin: 'f' },
      ]);
      await runSql(target.url, 'drop table t; drop role "zoo Gone"');
    } finally {
      await other[Symbol.asyncDispose]();
      await runSql(database.url, 'drop table t; drop role "zoo Gone"');
    }
  });
});

describe('restore.sh of a bucket', () => {
  let server: S3TestServer;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it('restores with the AWS command line, from the bucket it was written for and from another', async ({ skip }) => {
    if (aws === undefined) return skip('aws is not installed in /usr/bin or /usr/local/bin');
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const account = {
      AWS_ACCESS_KEY_ID: server.account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.account.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    await using small = await createDatabase({ cluster: 'source' });
    await runSql(
      small.url,
      `create table "Odd Name" (id int generated always as identity primary key, "a ""b" text);
       insert into "Odd Name" ("a ""b") select repeat('x', n) from generate_series(1, 1000) n;
       select lo_from_bytea(4711, decode('00ff', 'hex')); create materialized view m as select count(*) from "Odd Name"`,
    );
    const env = {
      ...account,
      DATABASE_URL: small.url,
      HOLDFAST_REPOSITORY: `s3://${server.bucket}/deep/prefix`,
      AWS_ENDPOINT_URL_S3: server.endpoint,
    };
    const { outcome } = await place.runJson(['backup'], { env });
    const key = `deep/prefix/backups/production/${outcome.backup}/restore.sh`;
    const file = join(place.folder, 'bucket-restore.sh');
    await writeFile(file, server.state.objects.get(key)?.bytes ?? '');
    const path = `${aws}:${process.env['PATH']}`;
    await using target = await createDatabase({ cluster: 'target' });
    const restored = await run(file, [target.url], { ...account, PATH: path, ENDPOINT: server.endpoint });
    expect(restored).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Restored backup') });
    await expectEqualDatabases(small.url, target.url);

    for (const [name, object] of [...server.state.objects]) {
      if (!name.startsWith('deep/prefix/chunks/')) continue;
      server.state.put(name.replace('deep/prefix', 'moved'), object.bytes);
      server.state.objects.delete(name);
    }
    await using other = await createDatabase({ cluster: 'target' });
    const lost = await run(file, [other.url], { ...account, PATH: path, ENDPOINT: server.endpoint });
    expect(lost).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('cannot be read') });
    const moved = {
      ...account,
      PATH: path,
      AWS_ENDPOINT_URL: server.endpoint,
      REPOSITORY: `s3://${server.bucket}/moved`,
    };
    expect(await run(file, [other.url], moved)).toMatchObject({ exitCode: 0 });
    await expectEqualDatabases(small.url, other.url);
  });
});

describe('restore.sh of an encrypted repository', () => {
  it('says that it cannot, and the way out; a decrypted directory restores', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    await using database = await createDatabase({ cluster: 'source' });
    await runSql(database.url, 'create table t as select n, md5(n::text) from generate_series(1, 5000) n');
    const { stdout } = await place.run(['key', 'generate', '--quiet']);
    const key = /holdfast-key-1:\S+/.exec(stdout)?.[0];
    const other = await openCliPlace({ DATABASE_URL: database.url, HOLDFAST_KEY: key });
    try {
      const { outcome } = await other.runJson(['backup']);
      const its = join(other.repository, 'backups', 'production', outcome.backup, 'restore.sh');
      const { exitCode, stderr } = await run(its, ['postgres://nobody@127.0.0.1:1/x']);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`holdfast export ${outcome.backup} --format directory`);
      const folder = join(other.folder, 'clear');
      await other.runJson(['export', 'latest', '--format', 'directory', '-o', folder]);
      await using target = await createDatabase({ cluster: 'target' });
      expect(await run(join(folder, 'restore.sh'), [target.url])).toMatchObject({ exitCode: 0 });
      await expectEqualDatabases(database.url, target.url);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

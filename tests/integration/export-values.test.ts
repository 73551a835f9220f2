import { spawnSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { copyTo } from '#tests/support/plain-copy.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

const missing = ['psql', 'gzip', 'bash', 'sha256sum'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);

/** Texts of up to five signs that some format reads as its own, by PostgreSQL's random numbers from a fixed seed. */
const odd = `array_to_string(array(select (array[',', '"', '''', e'\\n', e'\\r', e'\\\\', e'\\t', e'\\b', e'\\f', e'\\v', 'N', '.', ' ',
  '', 'é', '😀', '{', '}', '$', '\`', e'\\u2028', 'NULL', e'\\x7f'])[1 + floor(random() * 23)] from generate_series(1, (n + k) % 6)), '')`;
const tables = ['"odd, ""values"""', 'alone', 'numbers', `"Spaces and 'quotes'"`];

let place: CliPlace;
let source: TestDatabase;
let backup: string;

beforeAll(async () => {
  source = await createDatabase({ cluster: 'source' });
  await runSql(
    source.url,
    `select setseed(0.25);
     create table "odd, ""values""" ("a,b" text, "c""d" text, "e
f" varchar);
     insert into "odd, ""values""" select case when n % 7 = 0 then null else a end, b, case when n % 5 = 0 then null else c end
       from generate_series(1, 3000) n,
         lateral (select (select ${odd} from (select 0) x(k)) a, (select ${odd} from (select 1) x(k)) b, (select ${odd} from (select 2) x(k)) c) v;
     create table alone (lone text); insert into alone select v from generate_series(1, 500) n, lateral (select ${odd} from (select 3) x(k)) y(v);
     insert into alone values (null), (''), (e'\\\\.'), (e'\\\\N'), ('\\.');
     create domain small as numeric(6,2);
     create table numbers (i int, b bigint, n numeric, s small, f float8, r real, bin bytea, bs bool[], ts text[], g int generated always as (i * 2) stored);
     insert into numbers select n, (random() * 2e18)::bigint - 1000000000000000000, (random() * 10 ^ (n % 30 - 15))::numeric, random() * 1000,
       random() * 10 ^ (n % 600 - 300), random(), decode(md5(n::text), 'hex'), array[n % 2 = 0, null], array[v, null, 'NULL', '']
       from generate_series(1, 2000) n, lateral (select ${odd} from (select 4) x(k)) y(v);
     insert into numbers (i, n, f, r) values (0, 'NaN', 'Infinity', '-0'), (1, '0.00', '-Infinity', 'NaN');
     create table "Spaces and 'quotes'" (id int generated always as identity primary key, " " text);
     insert into "Spaces and 'quotes'" (" ") values ('x')`,
  );
  place = await openCliPlace({ DATABASE_URL: source.url });
  const config = join(place.folder, 'holdfast.config.mjs');
  await writeFile(config, `export default { codec: 'gzip' };\n`);
  backup = (await place.runJson(['backup'], { env: { HOLDFAST_CONFIG: config } })).outcome.backup;
});

afterAll(async () => {
  await source?.drop();
  await place?.[Symbol.asyncDispose]();
});

it('CSV of odd values is byte for byte what COPY says', async () => {
  const folder = join(place.folder, 'csv');
  await place.runJson(['export', 'latest', '--format', 'csv', '-o', folder]);
  const about = JSON.parse(await readFile(join(folder, 'holdfast-export.json'), 'utf8'));
  await withClient(source.url, async (client) => {
    await client.query('set extra_float_digits = 3');
    for (const table of tables) {
      const columns = table === 'numbers' ? '(i, b, n, s, f, r, bin, bs, ts)' : '';
      const said = await copyTo(client, `copy public.${table} ${columns} to stdout (format csv, header)`);
      const written = await readFile(join(folder, about.files[about.tables.indexOf(`public.${table}`)].name));
      expect(written.equals(said), table).toBe(true);
    }
  });
});

it('JSON of odd values reads back as what they are', async () => {
  const folder = join(place.folder, 'json');
  await place.runJson(['export', 'latest', '--format', 'json', '-o', folder]);
  const about = JSON.parse(await readFile(join(folder, 'holdfast-export.json'), 'utf8'));
  const read = async (table: string): Promise<Record<string, unknown>[]> => {
    const text = await readFile(join(folder, about.files[about.tables.indexOf(`public.${table}`)].name), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  for (const table of tables.filter((name) => name !== 'numbers')) {
    const rows = await runSql(source.url, `select row_to_json(t)::text as row from public.${table} t`);
    expect(await read(table)).toEqual(rows.map(({ row }) => JSON.parse(String(row))));
  }
  const numbers = await read('numbers');
  // Since version 12 the shortest text that reads back as the same number is the default.
  const exact = await runSql(
    source.url,
    `select i, b::text, n::text, f::text, r::text, encode(bin, 'hex') as bin, to_json(bs)::text as bs, to_json(ts)::text as ts
     from numbers`,
  );
  expect(numbers.length).toBe(exact.length);
  for (const [index, row] of exact.entries()) {
    const mine = numbers[index] ?? {};
    for (const name of ['b', 'n', 'f', 'r']) {
      const value = mine[name];
      const text = row[name] === null ? null : String(row[name]);
      // What came as a number is that number, to the last digit that a double of the reader has.
      if (typeof value === 'number') expect(value).toBe(Number(text));
      else expect(value).toBe(text);
      if (name === 'f' && text !== null && !/[a-zN]/.test(text)) expect(typeof value).toBe('number');
    }
    expect(mine['bin'] === null ? null : Buffer.from(String(mine['bin']), 'base64').toString('hex')).toBe(row['bin']);
    expect([mine['bs'], mine['ts']]).toEqual([row['bs'], row['ts']].map((text) => JSON.parse(String(text ?? 'null'))));
    expect(mine).not.toHaveProperty('g');
  }
});

it('the script of a gzip repository restores by gzip and psql', async ({ skip }) => {
  if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
  const file = join(place.folder, 'backup.sql.gz');
  await place.runJson(['export', 'latest', '--format', 'sql', '-o', file]);
  await using target = await createDatabase({ cluster: 'target' });
  const restored = spawnSync('sh', ['-c', `gzip -dc '${file}' | psql -X -d "$0"`, target.url], { encoding: 'utf8' });
  expect({ status: restored.status, stderr: restored.stderr }).toEqual({ status: 0, stderr: '' });
  await expectEqualDatabases(source.url, target.url);
});

it('restore.sh of a gzip repository restores by bash, from a folder with odd signs in its name', async ({ skip }) => {
  if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
  const folder = join(place.folder, `it's $HOME "odd" \\ folder`);
  await cp(place.repository, folder, { recursive: true });
  await using target = await createDatabase({ cluster: 'target' });
  const script = join(folder, 'backups', 'production', backup, 'restore.sh');
  const restored = spawnSync('bash', [script, target.url], { encoding: 'utf8' });
  expect({ status: restored.status, stderr: restored.stderr }).toMatchObject({ status: 0 });
  await expectEqualDatabases(source.url, target.url);
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliPlace } from '#tests/support/cli-place.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { copyFrom, copyTo } from '#tests/support/plain-copy.ts';
import { runShell } from '#tests/support/run-shell.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { openZooPlace, type ZooPlace } from '#tests/support/zoo-place.ts';

const missing = ['psql', 'zstd'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);

let zoo: ZooPlace;
let place: CliPlace;
let source: TestDatabase;
let backup: string;

beforeAll(async () => {
  zoo = await openZooPlace();
  ({ place, source, backup } = zoo);
});

afterAll(() => zoo?.[Symbol.asyncDispose]());

async function exportTo(name: string, args: readonly string[]): Promise<string> {
  const path = join(place.folder, name);
  await place.runJson(['export', 'latest', '-o', path, ...args]);
  return path;
}

describe('--format sql', () => {
  it('is one file that psql restores, equal to the source', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const file = await exportTo('backup.sql.zst', ['--format', 'sql']);
    await using target = await createDatabase({ cluster: 'target' });
    const restored = await runShell(`zstd -dc '${file}' | psql -X -d "$TARGET"`, { TARGET: target.url });
    expect(restored).toEqual({ exitCode: 0, stderr: '' });
    await expectEqualDatabases(source.url, target.url);
  });

  it('holds the stored frames as they are', async () => {
    const bytes = await readFile(join(place.folder, 'backup.sql.zst'));
    const { manifest } = await place.runJson(['show', backup]);
    const names: string[] = manifest.tables.flatMap(({ chunks }: { chunks: { name: string }[] }) =>
      chunks.map(({ name }) => name),
    );
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      expect(bytes.includes(await readFile(join(place.repository, 'chunks', name.slice(0, 2), name)))).toBe(true);
    }
  });

  it('brings a partitioned table alone, with its keys, to standard output', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const [tree] = await runSql(
      source.url,
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'p' and not c.relispartition and n.nspname = 'zoo' and pg_get_partkeydef(c.oid) like 'RANGE%'
       order by 1 limit 1`,
    );
    const name = `zoo.${pg.escapeIdentifier(String(tree?.['name']))}`;
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create schema zoo');
    const { process: exporting, ended } = place.start([
      'export',
      'latest',
      '--format',
      'sql',
      '--table',
      name,
      '-o',
      '-',
    ]);
    const psql = spawn('sh', ['-c', 'zstd -dc | psql -X -d "$TARGET"'], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', TARGET: target.url },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    exporting.stdout?.pipe(psql.stdin);
    expect((await once(psql, 'close'))[0]).toBe(0);
    expect((await ended).exitCode).toBe(0);
    const rows = `select count(*), sum(hashtext(t::text)) from ${name} t`;
    expect(await runSql(target.url, rows)).toEqual(await runSql(source.url, rows));
  });
});

describe('--format csv', () => {
  it('says of every table what COPY says itself, and goes back', async () => {
    const folder = await exportTo('csv', ['--format', 'csv']);
    const about = JSON.parse(await readFile(join(folder, 'holdfast-export.json'), 'utf8'));
    expect(about.files.length).toBeGreaterThan(50);
    const { manifest } = await place.runJson(['show', backup]);
    let compared = 0;
    await using target = await createDatabase({ cluster: 'source', template: source.name });
    await withClient(source.url, async (client) => {
      await client.query(pinned);
      for (const table of manifest.tables.filter(({ kind }: { kind: string }) => kind === 'table')) {
        const at = about.tables.indexOf(`${bare(table.schema)}.${bare(table.name)}`);
        // A partition is in its parent's file.
        if (at === -1) continue;
        const columns = table.columns.map((name: string) => pg.escapeIdentifier(name)).join(', ');
        const name = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
        const list = columns === '' ? '' : `(${columns})`;
        const said = await copyTo(client, `copy ${name} ${list} to stdout (format csv, header)`);
        const written = await readFile(join(folder, about.files[at].name));
        expect(written.equals(said), `${name}: ${written.subarray(0, 200)} and not ${said.subarray(0, 200)}`).toBe(
          true,
        );
        if (columns !== '' && table.name.startsWith('types_')) {
          await withClient(target.url, async (other) => {
            await other.query(`${pinned}; set session_replication_role = replica; delete from ${name}`);
            await copyFrom(other, `copy ${name} ${list} from stdin (format csv, header)`, written);
          });
        }
        compared++;
      }
    });
    expect(compared).toBeGreaterThan(50);
    await expectEqualDatabases(source.url, target.url);
  });
});

describe('--format json', () => {
  it('says of every table what PostgreSQL makes of its values', async () => {
    let compared = 0;
    const folder = await exportTo('json', ['--format', 'json']);
    const about = JSON.parse(await readFile(join(folder, 'holdfast-export.json'), 'utf8'));
    const { manifest } = await place.runJson(['show', backup]);
    await withClient(source.url, async (client) => {
      await client.query(pinned);
      for (const table of manifest.tables.filter(({ kind }: { kind: string }) => kind === 'table')) {
        const at = about.tables.indexOf(`${bare(table.schema)}.${bare(table.name)}`);
        if (at === -1) continue;
        const lines = (await readFile(join(folder, about.files[at].name), 'utf8')).split('\n').slice(0, -1);
        expect(String(lines.length)).toBe(table.rows);
        const mine = lines.map((line) => JSON.parse(line));
        for (const row of mine) expect(Object.keys(row)).toEqual(table.columns);
        if (table.columns.length === 0) continue;
        const columns = table.columns.map((column: string) => pg.escapeIdentifier(column)).join(', ');
        const name = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
        const texts = table.columns.map((column: string) => `its_row.${pg.escapeIdentifier(column)}::text`).join(', ');
        const { rows } = await client.query(
          // Names that no column of the zoo has.
          `select row_to_json(its_row)::text as row,
             (select row_to_json(its_texts)::text from (select ${texts}) its_texts (${columns})) as texts
           from (select ${columns} from only ${name}) its_row`,
        );
        for (const [index, { row, texts }] of rows.entries()) {
          const [theirs, theirTexts] = [JSON.parse(row), JSON.parse(texts)];
          for (const [key, value] of Object.entries(mine[index])) {
            expectAlike(value, { json: theirs[key], text: theirTexts[key] }, `${name}.${key}`);
          }
        }
        compared += rows.length;
      }
    });
    expect(compared).toBeGreaterThan(1_000);
  });

  /** Equal as PostgreSQL's own JSON says it, but for what docs/export.md says of binary data, times, and big numbers. */
  function expectAlike(mine: unknown, theirs: { json: unknown; text: string | null }, where: string): void {
    const { json, text } = theirs;
    if (Array.isArray(mine) && Array.isArray(json)) {
      expect(mine.length, where).toBe(json.length);
      for (const [at, value] of mine.entries()) expectAlike(value, { json: json[at], text: null }, where);
    } else if (typeof mine === 'string' && mine !== json) {
      if (typeof json === 'string' && json.startsWith('\\x')) {
        expect(Buffer.from(mine, 'base64').toString('hex'), where).toBe(json.slice(2));
      } else if (typeof json === 'number') {
        expect(Number(mine), where).toBe(json);
        expect(mine.replaceAll(/\D/g, '').length, `${where}: ${mine} could be a number`).toBeGreaterThan(15);
      } else if (typeof json === 'object') {
        // Composite values, hstore, vectors, and arrays with bounds of their own are PostgreSQL's text.
        if (text === null) expect(mine, where).toMatch(/^[({[]/);
        else expect(mine, where).toBe(text);
      } else if (mine !== text) {
        expect(mine.replace(/Z$/, '+00:00'), where).toBe(json);
      }
    } else {
      expect(mine, where).toEqual(json);
    }
  }
});

describe('--format directory', () => {
  it('restores with its own restore.sh, and notices a changed byte', async ({ skip }) => {
    if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
    const folder = await exportTo('directory', ['--format', 'directory']);
    await using target = await createDatabase({ cluster: 'target' });
    const restored = await runShell(`'${folder}/restore.sh' "$TARGET"`, { TARGET: target.url });
    expect(restored).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Restored backup ${backup}`) });
    await expectEqualDatabases(source.url, target.url);

    await using other = await createDatabase({ cluster: 'target' });
    const [chunk = ''] = (await readdir(join(folder, 'tables', 'zoo.many_rows'))).sort();
    const path = join(folder, 'tables', 'zoo.many_rows', chunk);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const stopped = await runShell(`'${folder}/restore.sh' "$TARGET"`, { TARGET: other.url });
    expect(stopped).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('the backup is damaged') });
    expect(await runSql(other.url, `select nspname from pg_namespace where nspname = 'zoo'`)).toEqual([]);
  });
});

const pinned = `set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC'; set extra_float_digits = 3;
  set bytea_output = 'hex'; set xmlbinary = base64; set xmloption = content; set lc_monetary = 'C'; set search_path = ''`;

function bare(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : pg.escapeIdentifier(name);
}

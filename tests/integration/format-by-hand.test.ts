import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import zlib from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import xxhash from 'xxhash-wasm';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { copyFrom, copyTo } from '#tests/support/plain-copy.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

// A reader of docs/repository-format.md: nothing of `lib` takes part in what is read here.

const document = join(import.meta.dirname, '..', '..', 'docs', 'repository-format.md');
const tools = ['bash', 'jq', 'zstd', 'psql', 'sha256sum', 'head', 'tail', 'cut'];
const missing = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
/** The commands start some ten processes for each of the zoo's hundred tables. */
const shellMs = 300_000;
const { h64Raw } = await xxhash();

let place: CliPlace;
let source: TestDatabase;
let manifestPath: string;
// biome-ignore lint/suspicious/noExplicitAny: the document says what is in it, and the test looks at it as a stranger would.
let manifest: any;

beforeAll(async () => {
  source = await createDatabase({ cluster: 'source', template: await zooTemplate() });
  place = await openCliPlace({ DATABASE_URL: source.url });
  const { outcome } = await place.runJson(['backup']);
  manifestPath = join(place.repository, 'backups', 'production', outcome.backup, 'manifest.json');
  const bytes = await readFile(manifestPath);
  const sealed = JSON.parse(bytes.toString());
  expect(sha256(bytes.subarray(88, -2))).toBe(sealed.sha256);
  manifest = sealed.manifest;
});

afterAll(async () => {
  await source?.drop();
  await place?.[Symbol.asyncDispose]();
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readObject(ref: { name: string; stored: number }): Promise<Buffer> {
  const stored = await readFile(join(place.repository, 'chunks', ref.name.slice(0, 2), ref.name));
  expect(stored.length).toBe(ref.stored);
  expect(sha256(stored)).toBe(ref.name);
  const frames: Buffer[] = [];
  for (let rest = stored; rest.length > 0; ) {
    const decoder = zlib.createZstdDecompress();
    decoder.end(rest);
    frames.push(await buffer(decoder));
    rest = rest.subarray(decoder.bytesWritten);
  }
  return Buffer.concat(frames);
}

/** Rows, bytes and digest of COPY text, as the document defines them. */
function count(copyText: Buffer): { rows: number; bytes: number; digest: string } {
  let [rows, sum, start] = [0, 0n, 0];
  for (let end = copyText.indexOf(10); end !== -1; start = end + 1, end = copyText.indexOf(10, start)) {
    rows++;
    sum += h64Raw(copyText.subarray(start, end), 0n);
  }
  expect(start, 'a whole last row').toBe(copyText.length);
  return { rows, bytes: copyText.length, digest: BigInt.asUintN(64, sum).toString(16).padStart(16, '0') };
}

function tableNamed(name: string) {
  return manifest.tables.find((table: { name: string }) => table.name === name);
}

async function readRows(table: { chunks: { name: string; stored: number }[] }): Promise<Buffer> {
  return Buffer.concat(await Promise.all(table.chunks.map(readObject)));
}

function copyColumns(table: { schema: string; name: string; columns: string[] }): string {
  const columns = table.columns.map((name) => pg.escapeIdentifier(name)).join(', ');
  return `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)} (${columns})`;
}

describe('the repository format, read by its document', () => {
  it('has a holdfast.json and keys of the documented form, and no others', async () => {
    const info = JSON.parse(await readFile(join(place.repository, 'holdfast.json'), 'utf8'));
    expect(info).toEqual({ format: 1, created: expect.any(String), codec: 'zstd', encryption: null });
    const entries = await readdir(place.repository, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(place.repository.length + 1));
    const id = String.raw`\d{8}T\d{6}Z-[a-z0-9]{6}`;
    const known = new RegExp(
      `^(holdfast\\.json|backups/[a-z][a-z0-9_-]*/${id}/(manifest\\.json|restore\\.sh)|chunks/([0-9a-f]{2})/\\3[0-9a-f]{62}|runs/\\d{8}/${id}/.+\\.json|alarms/[a-z][a-z0-9_-]*/[a-z]+\\.json|audit/\\d{8}/\\d{8}T\\d{6}Z-[a-z0-9]+\\.json)$`,
    );
    expect(keys.filter((key) => !known.test(key))).toEqual([]);
    expect(keys.length).toBeGreaterThan(50);
  });

  it('gives every row of every table, with the rows, bytes and digest that the manifest says', async () => {
    expect(manifest.tables.length).toBeGreaterThan(50);
    for (const table of manifest.tables) {
      let digest = 0n;
      for (const chunk of table.chunks) {
        const { name, stored, ...expected } = chunk;
        expect(count(await readObject(chunk)), `${table.schema}.${table.name}`).toEqual(expected);
        digest += BigInt(`0x${expected.digest}`);
      }
      const whole = count(await readRows(table));
      expect({ rows: String(whole.rows), bytes: String(whole.bytes), digest: whole.digest }).toEqual({
        rows: table.rows,
        bytes: table.bytes,
        digest: table.digest,
      });
      expect(BigInt.asUintN(64, digest)).toBe(BigInt(`0x${table.digest}`));
    }
  });

  it('gives schema entries and an inventory in JSON', async () => {
    const entries = JSON.parse((await readObject(manifest.schema.entries)).toString());
    expect(Object.keys(entries[0]).sort()).toEqual(
      'accessMethod definition dependsOn drop id name owner relkind schema section tablespace type'.split(' '),
    );
    const inventory = JSON.parse((await readObject(manifest.inventory)).toString());
    expect(new Set(inventory.map((item: { type: string }) => item.type))).toEqual(
      new Set(['index', 'constraint', 'policy', 'trigger', 'row security', 'rule', 'event trigger']),
    );
  });

  it('restores tables of every type from the pre-data script and their chunks, and the copies have their digests', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, (await readObject(manifest.schema.preData)).toString());
    const tables = manifest.tables.filter(({ name }: { name: string }) => name.startsWith('types_'));
    expect(tables.length).toBeGreaterThan(8);
    const input = `set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set lc_monetary = 'C'; set xmloption = content`;
    const output = `set timezone = 'UTC'; set extra_float_digits = 3; set bytea_output = 'hex'; set xmlbinary = base64; set search_path = ''`;
    await withClient(target.url, async (client) => {
      await client.query(`${input}; ${output}`);
      for (const table of tables) {
        await copyFrom(client, `copy ${copyColumns(table)} from stdin`, await readRows(table));
        const { rows, bytes, digest } = count(await copyTo(client, `copy ${copyColumns(table)} to stdout`));
        const told = { rows: String(rows), bytes: String(bytes), digest };
        expect(told, table.name).toEqual({ rows: table.rows, bytes: table.bytes, digest: table.digest });
      }
    });
  });

  describe('by the commands of the document', () => {
    it('restores a whole database that pg_dump cannot tell from the source', { timeout: shellMs }, async ({ skip }) => {
      if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
      await using target = await createDatabase({ cluster: 'target' });
      expect(await runBlocks(['functions', 'database'], { TARGET: target.url })).toEqual({ exitCode: 0, stderr: '' });
      // What the document says is left to do.
      await runSql(target.url, 'grant select on large object 424244 to zoo_reader');
      await expectEqualDatabases(source.url, target.url);
    });

    it('stops before the first row of a table with a damaged chunk', async ({ skip }) => {
      if (missing.length > 0) return skip(`not on this machine: ${missing.join(', ')}`);
      await using target = await createDatabase({ cluster: 'target' });
      await runSql(target.url, (await readObject(manifest.schema.preData)).toString());
      const table = tableNamed('many_rows') ?? expect.fail('the zoo has no table of many rows');
      const name = `${table.schema}.${table.name}`;
      const good = await runBlocks(['functions', 'table'], { TARGET: target.url, TABLE: name });
      expect(good).toEqual({ exitCode: 0, stderr: '' });
      expect(await runSql(target.url, `select count(*) from ${name}`)).toEqual([{ count: table.rows }]);

      const { folder } = await place.copyRepository();
      const chunk = table.chunks.at(-1).name;
      const path = join(folder, 'chunks', chunk.slice(0, 2), chunk);
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(path, bytes);
      await runSql(target.url, `truncate ${name} cascade`);
      const bad = await runBlocks(['functions', 'table'], { TARGET: target.url, TABLE: name, REPOSITORY: folder });
      expect(bad).toEqual({ exitCode: 1, stderr: `${path} is damaged\n` });
      expect(await runSql(target.url, `select count(*) from ${name}`)).toEqual([{ count: '0' }]);
    });
  });
});

/** Runs code blocks of the document in bash. */
async function runBlocks(
  names: readonly string[],
  variables: Record<string, string>,
): Promise<{ exitCode: number | null; stderr: string }> {
  const markdown = await readFile(document, 'utf8');
  const blocks = new Map(
    [...markdown.matchAll(/<!-- by-hand: (\w+) -->\n```bash\n(.*?)```/gs)].map(([, name, code]) => [name, code]),
  );
  const script = names.map((name) => blocks.get(name) ?? expect.fail(`the document has no block ${name}`)).join('\n');
  const env = {
    NODE_ENV: 'test' as const,
    PATH: process.env['PATH'],
    REPOSITORY: place.repository,
    MANIFEST: manifestPath,
    ...variables,
  };
  const bash = spawn('bash', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = new Promise<number | null>((resolve) => bash.on('close', resolve));
  return { stderr: await text(bash.stderr), exitCode: await exit };
}

import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '#lib/config/environment.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { copyTo } from '#tests/support/plain-copy.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { withClient } from '#tests/support/with-client.ts';

const run = promisify(execFile);
const reader = join(import.meta.dirname, '..', '..', 'docs', 'read-table.mjs');
const key = generateKey();
const other = generateKey();

let source: TestDatabase;
let target: TestDatabase;
let place: CliPlace;
let backup: string;
let keyId: string;

beforeAll(async () => {
  source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  target = await createDatabase({ cluster: 'target' });
  place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url, HOLDFAST_KEY: key });
  ({ keyId } = await place.runJson(['key', 'id']));
  const { outcome } = await place.runJson(['backup', '--label', 'sealed']);
  backup = outcome.backup;
});

afterAll(async () => {
  await Promise.all([source?.drop(), target?.drop()]);
  await place?.[Symbol.asyncDispose]();
});

describe('holdfast key', () => {
  it('prints a new key and nothing else, and the id of the one that is set', async () => {
    const made = await place.run(['key', 'generate']);
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^holdfast-key-1:[A-Za-z0-9_-]{43}\n$/) });
    expect(made.stderr).toBe('');
    const { key: fresh, keyId: freshId } = await place.runJson(['key', 'generate']);
    const env = { HOLDFAST_KEY: fresh, HOLDFAST_OLD_KEYS: `${key}, ${other}` };
    const ids = await place.runJson(['key', 'id'], { env });
    expect(ids).toEqual({ keyId: freshId, oldKeyIds: [keyId, expect.stringMatching(/^[0-9a-f]{16}$/)] });
    expect((await place.run(['key', 'id'])).stdout).toBe(`${keyId}\n`);
  });

  it('is exit code 2 for what is no key, which is not shown', async () => {
    for (const verb of [['key', 'id'], ['list'], ['backup']]) {
      const said = await place.runBadly(verb, { exitCode: 2, env: { HOLDFAST_KEY: 'hunter2-hunter2' } });
      expect(said).toMatch(/HOLDFAST_KEY is not a key of Holdfast/);
      expect(said).not.toContain('hunter2');
    }
    expect(await place.runBadly(['key', 'id'], { exitCode: 2, env: { HOLDFAST_KEY: undefined } })).toMatch(
      /is not set/,
    );
  });
});

describe('without its key a backup', () => {
  const env = { HOLDFAST_KEY: undefined };

  it('shows its outline and nothing of the data', async () => {
    const { backups } = await place.runJson(['list'], { env });
    expect(backups).toMatchObject([
      { backupId: backup, problem: null, summary: { label: 'sealed', keyId, database: null } },
    ]);
    const shown = await place.runJson(['show', backup], { env });
    expect(shown).toMatchObject({
      ...{ kind: 'backup', manifest: null },
      outline: { id: backup, connection: 'production', keyId, checked: false, tables: 6, totals: { rows: '3526' } },
    });
    const said = `${JSON.stringify([backups, shown])}${(await place.run(['show', backup], { env })).stdout}`;
    expect(said).toContain(keyId);
    for (const word of ['orders', 'customers', 'shop', source.name]) expect(said).not.toContain(word);
    expect((await place.run(['runs'], { env })).stdout).toMatch(/1 sealed under a key that is not given/);
  });

  it('is refused for everything else, with the id of the key it needs', async () => {
    for (const verb of [
      ['verify', backup],
      ['restore', backup, '--to', 'neon'],
      ['show', await firstRun()],
    ]) {
      expect(await place.runBadly(verb, { exitCode: 3, env })).toContain(`key id ${keyId}; no key is given`);
    }
    expect(await place.runBadly(['backup'], { exitCode: 3, env })).toMatch(/is encrypted under key id .* not set/);
  });
});

describe('with a wrong key a repository', () => {
  it('is refused at once, with both ids', async () => {
    for (const verb of [['list'], ['backup'], ['restore', backup, '--to', 'neon']]) {
      const said = await place.runBadly(verb, { exitCode: 3, env: { HOLDFAST_KEY: other } });
      expect(said).toMatch(`is encrypted under key id ${keyId}; the key given has id `);
    }
  });
});

describe('with its key', () => {
  it('shows, verifies and restores, and no key is in any output, record or journal', async () => {
    expect(await place.runJson(['show', backup])).toMatchObject({
      outline: { checked: true, keyId, database: source.name },
      manifest: { id: backup, label: 'sealed' },
    });
    expect((await place.run(['show', backup])).stdout).toContain(`under key id ${keyId}`);
    await place.runJson(['verify', backup]);
    expect(await place.runJson(['restore', backup, '--to', 'neon'])).toMatchObject({ proof: { passed: true } });
    await place.expectNoSecret([key.slice('holdfast-key-1:'.length)]);
  });

  it('names a manifest that was changed, or that was put in the place of another, exit code 5', async () => {
    const second = (await place.runJson(['backup'])).outcome.backup;
    const { folder, env } = await place.copyRepository();
    const manifest = (id: string): string => join(folder, 'backups', 'production', id, 'manifest.json');
    const sound = await readFile(manifest(backup), 'utf8');
    const edited = sound.replace('"label":"sealed"', '"label":"forged"');
    expect(edited).not.toBe(sound);
    const plain = `{"sha256":"${'0'.repeat(64)}","manifest":{}}\n`;
    for (const text of [edited, plain, await readFile(manifest(second), 'utf8')]) {
      await rm(manifest(backup));
      await writeFile(manifest(backup), text);
      expect(await place.runBadly(['verify', backup], { exitCode: 5, env })).toMatch(/manifest\.json was changed/);
    }
  });
});

describe('docs/read-table.mjs', () => {
  const read = async (repository: string, wanted: { backup: string; table: string; key?: string }): Promise<Buffer> => {
    const args = [reader, repository, `production/${wanted.backup}`, wanted.table];
    const { stdout } = await run(process.execPath, args, {
      cwd: place.folder,
      env: { NODE_ENV: 'production', ...(wanted.key ? { HOLDFAST_KEY: wanted.key } : {}) },
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
  const copyOf = (table: string): Promise<Buffer> =>
    withClient(source.url, async (client) => {
      await client.query(`set bytea_output = hex; set datestyle = 'ISO, YMD'; set timezone = 'UTC'`);
      return copyTo(client, `copy ${table} to stdout`);
    });

  it('prints the rows of a table of an encrypted backup, and of plain ones of both codecs', async () => {
    const tables = ['shop.customers', 'shop.orders', 'public.settings'];
    const expected = new Map(await Promise.all(tables.map(async (table) => [table, await copyOf(table)] as const)));
    expect(expected.get('shop.orders')?.length).toBeGreaterThan(100_000);
    const config = join(place.folder, 'gzip.config.mjs');
    await writeFile(config, `export default { codec: 'gzip' };\n`);
    for (const codec of ['zstd', 'gzip']) {
      const repository = join(place.folder, `plain-${codec}`);
      const env = {
        HOLDFAST_KEY: undefined,
        HOLDFAST_REPOSITORY: `file:${repository}`,
        ...(codec === 'gzip' ? { HOLDFAST_CONFIG: config } : {}),
      };
      const { outcome } = await place.runJson(['backup'], { env });
      for (const [table, rows] of expected) {
        expect((await read(repository, { backup: outcome.backup, table })).equals(rows), `${codec} ${table}`).toBe(
          true,
        );
      }
      await expect(read(repository, { backup: outcome.backup, table: 'shop.orders', key })).rejects.toThrow(
        /only for them/,
      );
    }
    for (const [table, rows] of expected) {
      expect((await read(place.repository, { backup, table, key })).equals(rows), table).toBe(true);
    }
    await expect(read(place.repository, { backup, table: 'shop.orders', key: other })).rejects.toThrow(
      `sealed under key id ${keyId}`,
    );
  });
});

/** The id of the run that made the backup. */
async function firstRun(): Promise<string> {
  const { runs } = await place.runJson(['runs']);
  return runs.at(-1).run.id;
}

describe('docs/operations.md', () => {
  it('has lines that make an encrypted repository and change its key', async () => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
    const [begin, rotate] = ['begin', 'rotate'].map(
      (name) => new RegExp(`<!-- keys: ${name} -->\\n\`\`\`sh\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? 'false',
    );
    const cli = join(import.meta.dirname, '..', '..', 'cli', 'holdfast.js');
    const script = `set -euo pipefail
      export HOLDFAST_OLD_KEYS=
      npx() { shift; '${process.execPath}' '${cli}' "$@"; }
      ${begin}
      first=$HOLDFAST_KEY
      ${rotate}
      npx holdfast verify latest --json --quiet > /dev/null
      echo "$(npx holdfast list --json)" > list.json
      HOLDFAST_OLD_KEYS= npx holdfast list --json > alone.json
      HOLDFAST_OLD_KEYS= npx holdfast status --json > status.json
      echo "$first $HOLDFAST_KEY" > keys.txt`;
    await run('bash', ['-c', script], {
      cwd: place.folder,
      env: {
        ...{ NODE_ENV: 'production', PATH: readEnvironment()['PATH'], DATABASE_URL: source.url },
        ...{ HOLDFAST_REPOSITORY: 'file:documented', HOLDFAST_STATE: 'documented-state' },
      },
    });
    const left = async (name: string) => JSON.parse(await readFile(join(place.folder, name), 'utf8'));
    const [later, former] = (await left('list.json')).backups;
    expect(former.summary.keyId).not.toBe(later.summary.keyId);
    expect(former.summary).toMatchObject({ database: source.name, rows: later.summary.rows });
    // Without the former key its backup still shows its outline.
    expect((await left('alone.json')).backups).toMatchObject([
      { backupId: later.backupId, summary: { database: source.name } },
      { backupId: former.backupId, summary: { database: null, keyId: former.summary.keyId }, problem: null },
    ]);
    expect((await left('status.json')).connections).toHaveLength(1);
  });
});

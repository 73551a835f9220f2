import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '#lib/config/environment.ts';
import { listBackups, readManifest, readOutline } from '#lib/manifest/manifest-store.ts';
import { KeyRing } from '#lib/repository/encryption/key-ring.ts';
import { generateKey } from '#lib/repository/encryption/repository-key.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { type FinishedRun, type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const [former, later] = [generateKey(), generateKey()];
const idOf = (text: string): string => new KeyRing({ key: text, oldKeys: [] }).current?.id ?? '';
const config = {
  connections: {
    source: { criticalQueries: [{ name: 'dark side', sql: `select value from settings where key = 'theme'` }] },
  },
};
/** Names, SQL, answers and rows of the shop, as records, manifests and schema tell them. */
const words = [
  ...['customers', 'orders', 'prices', 'settings', 'secrets', 'open_orders', 'touched', 'totals_by_customer'],
  ...['pg_trgm', 'select ', 'SELECT ', 'COPY ', 'CREATE', 'theme', 'dark', 'customer 1', 'nobody', 'level'],
];

let source: TestDatabase;
let folder: string;

beforeAll(async () => {
  source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  folder = await mkdtemp(join(tmpdir(), 'holdfast-sealed-'));
});

afterAll(async () => {
  await source?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Holdfast on one repository of the file's folder, with these keys. */
async function use<T>(
  where: { repository: string; environment: Environment; target?: string },
  work: (holdfast: Holdfast) => Promise<T>,
): Promise<T> {
  const { environment, target } = where;
  const repository = join(folder, where.repository);
  return withHoldfast({ source: source.url, ...(target ? { target } : {}), config, environment, repository }, work);
}

/** The words that are found anywhere in a repository: in names of objects or in their bytes. */
async function findWords(repository: string): Promise<string[]> {
  const files = await readdir(join(folder, repository), { recursive: true, withFileTypes: true });
  const found = new Set<string>();
  for (const file of files.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name);
    const text = `${path.slice(folder.length)}\n${await readFile(path, 'latin1')}`;
    for (const word of [...words, source.name]) if (text.includes(word)) found.add(word);
  }
  return [...found].sort();
}

function expectDone({ result, proof }: FinishedRun, more: { proven?: boolean } = {}): void {
  expect(result.error).toBeNull();
  expect(result.status).toBe('completed');
  if (more.proven) expect(proof?.passed).toBe(true);
}

describe('an encrypted backup', () => {
  it('is verified, restored and proven, and no byte of the repository tells of the data', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    const done = async (holdfast: Holdfast): Promise<void> => {
      expectDone(await holdfast.backup());
      expectDone(await holdfast.run('verify', { backup: 'latest' }));
    };
    await use({ repository: 'plain', environment: {} }, done);
    const environment = { HOLDFAST_KEY: former };
    await use({ repository: 'sealed', environment, target: target.url }, async (holdfast) => {
      await done(holdfast);
      const restored = await holdfast.restore();
      expectDone(restored, { proven: true });
      expect(restored.proof?.checks.some(({ object }) => object.includes('dark side'))).toBe(true);
      // A failed run quotes the database in its error.
      const failed = await holdfast.run('restore', {
        backup: 'latest',
        to: 'target',
        tables: ['settings'],
        schemaAs: 'no',
      });
      expect(failed.result.status).not.toBe('completed');
    });
    // What is looked for is there to be found, where nothing is sealed.
    expect(await findWords('plain')).toEqual(
      expect.arrayContaining(['customers', 'theme', 'dark', 'select ', source.name]),
    );
    expect(await findWords('sealed')).toEqual([]);
  });

  it('is not stored again where nothing has changed', async () => {
    await use({ repository: 'sealed', environment: { HOLDFAST_KEY: former } }, async (holdfast) => {
      expectDone(await holdfast.backup());
      const [newest, before] = await listBackups(holdfast.repository);
      if (!newest || !before) throw new Error('two backups are expected');
      const [again, first] = await Promise.all([newest, before].map((key) => readManifest(holdfast.repository, key)));
      expect(again?.totals).toMatchObject({ newStored: '0', rows: first?.totals.rows });
      expect(again?.tables).toEqual(first?.tables);
      expect(first?.totals.newStored).toBe(first?.totals.stored);
    });
  });

  it.each(Object.entries(damages))('with a chunk that is %s is damaged, exit code 5', async (_what, damage) => {
    await use({ repository: `damaged-${_what}`, environment: { HOLDFAST_KEY: former } }, async (holdfast) => {
      expectDone(await holdfast.backup());
      const file = await findChunk(holdfast, { name: 'orders' });
      await damage(file);
      const { result } = await holdfast.run('verify', { backup: 'latest' });
      expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { code: 'backup_damaged' } });
      expect(result.error?.message).toContain(file.split('/').at(-1));
      expect(result.error?.message).toContain('table shop.orders');
    });
  });
});

describe('a new key', () => {
  it('begins backups of its own, and the former key opens those before it', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    const environment = { HOLDFAST_KEY: later, HOLDFAST_OLD_KEYS: former };
    const both = await use({ repository: 'sealed', environment, target: target.url }, async (holdfast) => {
      expectDone(await holdfast.backup());
      const all = await listBackups(holdfast.repository);
      const [newest, before] = all;
      if (!newest || !before) throw new Error('two backups are expected');
      const [fresh, old] = [
        await readManifest(holdfast.repository, newest),
        await readManifest(holdfast.repository, before),
      ];
      // Equal rows, and not one chunk in common.
      expect(fresh.tables.map(({ digest }) => digest)).toEqual(old.tables.map(({ digest }) => digest));
      expect(fresh.totals.newStored).toBe(fresh.totals.stored);
      const names = (tables: typeof old.tables): string[] =>
        tables.flatMap(({ chunks }) => chunks.map(({ name }) => name));
      expect(names(fresh.tables).filter((name) => names(old.tables).includes(name))).toEqual([]);
      expectDone(await holdfast.run('verify', { backup: before.backupId }));
      expectDone(await holdfast.restore({ backup: before.backupId }), { proven: true });
      return { newest, before };
    });
    await use({ repository: 'sealed', environment: { HOLDFAST_KEY: later } }, async (holdfast) => {
      expectDone(await holdfast.run('verify', { backup: both.newest.backupId }));
      const { result } = await holdfast.run('verify', { backup: both.before.backupId });
      expect(result).toMatchObject({ exitCode: 3, error: { name: 'RefusedError', code: 'key_unknown' } });
      expect(result.error?.message).toContain(`key id ${idOf(former)}; the key given has id ${idOf(later)}`);
      const outline = await readOutline(holdfast.repository, both.before);
      expect(outline).toMatchObject({ keyId: idOf(former), checked: false, database: null, id: both.before.backupId });
      expect(await readOutline(holdfast.repository, both.newest)).toMatchObject({
        ...{ keyId: idOf(later), checked: true, database: source.name },
      });
    });
  });
});

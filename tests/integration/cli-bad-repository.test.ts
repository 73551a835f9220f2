import { chmod, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countTables, createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';

const isRoot = process.getuid?.() === 0;

describe.concurrent('a bad repository', () => {
  let source: TestDatabase;
  let place: CliPlace;
  let backup: string;
  beforeAll(async () => {
    source = await createCliSource();
    place = await openCliPlace({ DATABASE_URL: source.url });
    backup = (await place.runJson(['backup'])).outcome.backup;
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await source.drop();
  });

  it('is named where it is missing, no folder, of a newer format, or not ours', async () => {
    await writeFile(join(place.folder, 'a-file'), 'x');
    const newer = await place.copyRepository();
    await writeFile(join(newer.folder, 'holdfast.json'), '{"format": 2}');
    await mkdir(join(place.folder, 'other'));
    await writeFile(join(place.folder, 'other', 'thesis.txt'), 'x');
    const cases = [
      [['list'], 'nothing-here', 1, /There is no repository at file:.*nothing-here/],
      [['restore', 'latest', '--to', 'production'], 'nothing-here', 1, /There is no repository/],
      [['backup'], 'a-file/below', 1, /not a folder/],
      [['backup'], 'other', 3, /not a Holdfast repository: it holds thesis\.txt/],
      [['backup'], newer.folder, 3, /has format 2, this Holdfast reads format 1/],
      [['list'], newer.folder, 3, /has format 2/],
      [['verify', 'latest'], newer.folder, 3, /has format 2/],
    ] as const;
    await Promise.all(
      cases.map(async ([args, where, exitCode, message]) => {
        const env = { HOLDFAST_REPOSITORY: `file:${where}` };
        expect(await place.runBadly(args, { exitCode, env })).toMatch(message);
      }),
    );
    expect(await readdir(place.folder)).not.toContain('nothing-here');
    expect(await place.runBadly(['verify', '1999'], { exitCode: 2 })).toMatch(/no backup "1999"/);
    expect(await place.runBadly(['show', '1999'], { exitCode: 2 })).toMatch(/Nothing is called "1999"/);
  });

  it('is named where it may not be written, also in the middle of its life', async () => {
    const closed = join(place.folder, 'closed');
    await mkdir(closed, { mode: 0o555 });
    await chmod(place.folder, 0o755);
    const whole = await place.copyRepository();
    await chmod(whole.folder, 0o755);
    await mkdir(join(place.folder, 'open-state'));
    await chmod(join(place.folder, 'open-state'), 0o777);
    const options = { exitCode: 1, ...(isRoot ? { uid: 65_534 } : {}) };
    const state = { HOLDFAST_STATE: join(place.folder, 'open-state') };
    const env = { HOLDFAST_REPOSITORY: `file:${closed}`, ...state };
    expect(await place.runBadly(['backup'], { ...options, env })).toMatch(/permission denied/);
    const failed = await place.runJson(['verify', 'latest'], { ...options, env: { ...whole.env, ...state } });
    expect(failed).toMatchObject({ error: { name: 'StorageError', code: 'storage_denied' } });
    expect(await readdir(join(place.folder, 'open-state'))).toEqual([]);
  });

  it('has a damaged manifest: named by every verb that reads it, hidden by none', async () => {
    const damaged = await place.copyRepository();
    const path = join(damaged.folder, 'backups', 'production', backup, 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"players"', '"plagers"'));
    await using target = await createDatabase({ cluster: 'target' });
    const env = { ...damaged.env, NEON_DATABASE_URL: target.url };
    for (const args of [
      ['verify', 'latest'],
      ['show', 'latest'],
      ['restore', 'latest', '--to', 'neon'],
    ]) {
      expect(await place.runBadly(args, { exitCode: 5, env })).toMatch(/manifest\.json was changed/);
    }
    expect(await place.runJson(['list'], { env })).toMatchObject({
      backups: [{ backupId: backup, problem: { code: 'manifest_damaged' } }],
    });
    expect(await countTables(target.url)).toBe(0);
  });

  const damages: [string, RegExp, (path: string) => Promise<void>][] = [
    ['missing', /is missing/, (path) => rm(path)],
    ['truncated', /instead of/, async (path) => truncate(path, (await readFile(path)).length - 7)],
    ['changed in one bit', /content its name stands for/, flipBit],
  ];
  it.each(damages)(
    'has a chunk that is %s: verify names object and table, restore too, and leaves nothing',
    async (_, says, damage) => {
      await using target = await createDatabase({ cluster: 'target' });
      const damaged = await place.copyRepository();
      const env = { ...damaged.env, NEON_DATABASE_URL: target.url };
      const { manifest } = await place.runJson(['show', backup]);
      const sessions = manifest.tables.find((table: { name: string }) => table.name === 'sessions').chunks[0].name;
      const key = `chunks/${sessions.slice(0, 2)}/${sessions}`;
      await damage(join(damaged.folder, key));

      const told = await place.runBadly(['restore', backup, '--to', 'neon'], { exitCode: 5, env });
      expect(told).toContain(key);
      expect(told).toContain('table public.sessions');
      expect(await countTables(target.url)).toBe(0);
      const verified = await place.runJson(['verify', backup], { exitCode: 5, env });
      expect(verified).toMatchObject({
        status: 'failed',
        error: { code: 'backup_damaged', message: expect.stringContaining(`${key} (table public.sessions)`) },
        outcome: {
          damaged: 1,
          damage: [{ key, owners: ['table public.sessions'], says: expect.stringMatching(says) }],
        },
      });
      const known = await place.runBadly(['restore', backup, '--to', 'neon'], { exitCode: 5, env });
      expect(known).toMatch(/is known to be damaged/);
      expect(await countTables(target.url)).toBe(0);
    },
  );

  it('has several damaged objects: verify names all of them', async () => {
    const damaged = await place.copyRepository();
    const { manifest } = await place.runJson(['show', backup]);
    const [players, sessions] = ['players', 'sessions'].map(
      (wanted) => manifest.tables.find((table: { name: string }) => table.name === wanted).chunks[0].name,
    );
    const names = [players, sessions, manifest.schema.entries.name, manifest.inventory.name];
    for (const name of names) await flipBit(join(damaged.folder, 'chunks', name.slice(0, 2), name));
    const stderr = await place.runBadly(['verify', 'latest'], { exitCode: 5, env: damaged.env });
    for (const owner of ['table public.players', 'table public.sessions', '(schema)', '(inventory)']) {
      expect(stderr).toContain(owner);
    }
    for (const name of names) expect(stderr).toContain(name);
  });
});

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(path, bytes);
}

import { mkdtempDisposable, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#lib/audit/audit-entry.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { listObjects } from '#lib/manifest/list-objects.ts';
import { listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { chunkKey } from '#lib/repository/repository-keys.ts';
import { pruneOutcomeSchema } from '#lib/retention/prune-outcome.ts';
import { listRunIds, openRun, readRun } from '#lib/runs/run-store.ts';
import { pinBackup, unpinBackup } from '#lib/standing/pin-store.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const config = { sweepGrace: '0s' };

async function prune(holdfast: Holdfast, data: object = {}) {
  const { result } = await holdfast.run('prune', data);
  expect(result.error).toBeNull();
  expect(result).toMatchObject({ status: 'completed', exitCode: 0 });
  return pruneOutcomeSchema.parse(result.outcome);
}

/** Every backup names only chunks that are there; answers how many chunks there are, and how many nobody names. */
async function countChunks({ repository }: Holdfast): Promise<{ chunks: number; unnamed: number }> {
  const there = new Set<string>();
  for await (const { key } of repository.store.list('chunks/')) there.add(key);
  const named = new Set<string>();
  for (const backup of await listBackups(repository)) {
    for (const { name } of listObjects(await readManifest(repository, backup))) {
      named.add(chunkKey(name));
      expect(there, `${backup.backupId} ${name}`).toContain(chunkKey(name));
    }
  }
  return { chunks: there.size, unnamed: [...there].filter((key) => !named.has(key)).length };
}

/** A run that has begun and not ended; answers its folder. */
async function openAnyRun(
  { repository, folder }: Holdfast,
  run: { kind: 'restore' | 'backup'; backup: string; id?: string },
): Promise<string> {
  const startedAt = new Date().toISOString();
  const id = run.id ?? `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z-aaaaaa`;
  const about = { kind: run.kind, connection: 'source', target: null, backup: run.backup, parent: null };
  await openRun(repository, { ...about, id, startedAt, eventId: 'e', engineRunId: 'r' });
  return join(folder, 'runs', id.slice(0, 8), id);
}

/** Backs up three times, each with rows of its own. */
async function backUpThrice(holdfast: Holdfast, source: string): Promise<string[]> {
  const ids: string[] = [];
  for (let round = 1; round <= 3; round++) {
    await runSql(source, `update shop.prices set price = ${round} where sku = 'a'`);
    const { result } = await holdfast.backup();
    expect(result.error).toBeNull();
    ids.push(result.run.backup ?? '');
  }
  return ids;
}

describe('a prune', () => {
  it('removes no backup without a retention, and sweeps only what nobody names', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url, config }, async (holdfast) => {
      const { repository } = holdfast;
      await backUpThrice(holdfast, source.url);
      const before = await countChunks(holdfast);
      expect(before.unnamed).toBe(0);
      const { name } = await repository.putChunk([Buffer.from('of an epoch that was given up')]);
      await repository.putJson('backups/source/20200101T000000Z-aaaaaa/restore.sh', 'half a backup');
      await repository.putJson('sweep/of-a-killed-prune.json', { names: [name] });
      await repository.putJson('committing/source/20200101T000000Z-aaaaaa.json', { names: [name] });
      expect(await prune(holdfast)).toMatchObject({ removed: 0, kept: 3, swept: 0, heldBack: null });

      // The announcement kept the chunk; when it is old it is taken for that of a killed backup.
      const old = new Date(Date.now() - 25 * 3_600_000);
      const left = 'backups/source/20200101T000000Z-aaaaaa/restore.sh';
      for (const key of [left, 'committing/source/20200101T000000Z-aaaaaa.json', 'sweep/of-a-killed-prune.json']) {
        await utimes(join(holdfast.folder, key), old, old);
      }
      expect(await prune(holdfast)).toMatchObject({ leftovers: 3, swept: 0 });
      expect(await prune(holdfast)).toMatchObject({ leftovers: 0, swept: 1, garbage: { chunks: 1, bytes: 29 } });
      expect(await countChunks(holdfast)).toEqual(before);
      expect(await repository.store.head(left)).toBeUndefined();
    });
  });

  it('follows a backup that was committed, and no other', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const none = new URL(source.url);
    none.pathname = '/none_such';
    await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-prune-'));
    const place = { repository: folder.path, config: { ...config, retention: { keepLast: 1 } } };
    const logged: AuditEntry[] = [];
    const countPrunes = async (url: string): Promise<number> =>
      withHoldfast({ ...place, source: url }, async ({ backup, runner, repository }) => {
        await backup();
        await runner.idle();
        const runs = await Promise.all((await listRunIds(repository)).map((id) => readRun(repository, id)));
        const { entries } = await listAudit(repository, { limit: 100 });
        logged.splice(0, logged.length, ...entries.filter(({ what }) => what === 'holdfast/prune.requested'));
        return runs.filter((run) => run?.kind === 'prune').length;
      });
    expect(await countPrunes(none.href)).toBe(0);
    expect(logged).toEqual([]);
    expect(await countPrunes(source.url)).toBe(1);
    const who = { kind: 'retention', id: 'source', name: 'retention of source' };
    expect(logged).toMatchObject([
      { who, object: 'source', outcome: 'accepted', detail: { event: expect.stringMatching(/\.prune$/) } },
    ]);
  });

  it('keeps what the rules keep, after each backup, and what is pinned, labelled or in use', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-prune-'));
    const place = { source: source.url, repository: folder.path };
    const [first = '', second = '', third = ''] = await withHoldfast({ ...place, config }, (holdfast) =>
      backUpThrice(holdfast, source.url),
    );
    await withHoldfast({ ...place, config: { ...config, retention: { keepLast: 1 } } }, async (holdfast) => {
      const { repository } = holdfast;
      const pin = { pinnedAt: new Date().toISOString(), reason: null };
      await pinBackup(repository, { connection: 'source', backupId: first }, pin);
      const reading = await openAnyRun(holdfast, { kind: 'restore', backup: second });
      const labelled = await holdfast.backup({ label: 'before 2.0' });
      await holdfast.backup();
      await holdfast.runner.idle();
      const left = (await listBackups(repository)).map(({ backupId }) => backupId).reverse();
      expect(left).toHaveLength(4);
      expect(left.slice(0, 3)).toEqual([first, second, labelled.result.run.backup]);
      expect(left).not.toContain(third);

      await unpinBackup(repository, { connection: 'source', backupId: first });
      await rm(reading, { recursive: true });
      expect(await prune(holdfast, { connection: 'other' })).toMatchObject({ removed: 0, kept: 0 });
      const last = await prune(holdfast);
      expect(last).toMatchObject({ removed: 2, kept: 2, removedBackups: [first, second], heldBack: null });
      expect(last.swept).toBeGreaterThan(0);
      expect((await countChunks(holdfast)).unnamed).toBe(0);
    });
  });

  it('sweeps no chunk beside a backup that is being made, or while a manifest cannot be read', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url, config: { ...config, retention: { keepLast: 1 } } }, async (holdfast) => {
      const { repository, folder } = holdfast;
      await holdfast.backup();
      await holdfast.runner.idle();
      await repository.putChunk([Buffer.from('garbage')]);
      const making = await openAnyRun(holdfast, { kind: 'backup', backup: 'b' });
      expect(await prune(holdfast)).toMatchObject({
        swept: 0,
        heldBack: expect.stringMatching(/^backups are being made/),
      });
      await rm(making, { recursive: true });

      const bad = join(folder, 'backups', 'other', '20200101T000000Z-aaaaaa');
      await repository.putJson('backups/other/20200101T000000Z-aaaaaa/manifest.json', 'no manifest');
      await repository.putJson('backups/other/20200102T000000Z-aaaaaa/manifest.json', 'no manifest');
      const held = await prune(holdfast);
      expect(held).toMatchObject({ swept: 0, removed: 0, kept: 3, heldBack: expect.stringContaining('manifest.json') });
      await rm(bad, { recursive: true });
      await rm(bad.replace('0101T', '0102T'), { recursive: true });
      expect(await prune(holdfast)).toMatchObject({ swept: 1, heldBack: null });
    });
  });

  it('removes records of runs that ended long ago, and none that can be rolled back', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url, config }, async (holdfast) => {
      const { repository, folder } = holdfast;
      for (const day of ['20200101', '20200102', '20200103']) {
        const run = await openAnyRun(holdfast, { kind: 'restore', backup: 'b', id: `${day}T000000Z-aaaaaa` });
        await writeFile(join(run, 'steps'), '');
        if (day !== '20200103') await writeFile(join(run, 'result.json'), '');
      }
      const kept = '20200102T000000Z-aaaaaa';
      await rm(join(folder, 'runs', '20200102', kept, 'result.json'));
      await repository.putJson(`kept/${kept}.fence`, { run: kept, what: 'fence' });
      expect(await prune(holdfast)).toMatchObject({ runs: 1, removed: 0 });
      // The folders of objects that are gone may stay; the objects are.
      const left: string[] = [];
      for await (const { key } of repository.store.list('runs/2020')) left.push(key.split('/')[2] ?? '');
      expect([...new Set(left)]).toEqual([kept, '20200103T000000Z-aaaaaa']);
    });
  });
});

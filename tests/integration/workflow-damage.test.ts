import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type FinishedRun, type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** Backs the shop up, lets `spoil` change what is stored, and restores. The target must be empty afterwards. */
async function restoreSpoiled(spoil: (holdfast: Holdfast) => Promise<void>): Promise<FinishedRun> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  return await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await spoil(holdfast);
    const restore = await holdfast.restore();
    const left = await runSql(
      target.url,
      `select from pg_class where relnamespace::regnamespace::text in ('public', 'shop')`,
    );
    expect(left).toEqual([]);
    return restore;
  });
}

describe('a restore finds stored data that is', () => {
  for (const [what, damage] of Object.entries(damages)) {
    it(`${what} before a row of it is committed, and names object and table`, async () => {
      let file = '';
      const { result } = await restoreSpoiled(async (holdfast) => {
        file = await findChunk(holdfast, { name: 'orders' });
        await damage(file);
      });
      expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { name: 'DamagedError' } });
      expect(result.error?.message).toContain(file.split('/').at(-1));
      expect(result.error?.message).toContain('table shop.orders');
      // Another attempt would find the same.
      const load = result.timeline.find(
        ({ slug, attempts }) => slug.startsWith('load-') && attempts[0]?.error !== null,
      );
      expect(load?.attempts).toHaveLength(1);
    });
  }

  it('a chunk of another table under the right name of this one', async () => {
    const { result } = await restoreSpoiled(async (holdfast) => {
      const [prices, orders] = [
        await findChunk(holdfast, { name: 'prices' }),
        await findChunk(holdfast, { name: 'orders' }),
      ];
      await rm(orders);
      await writeFile(orders, await readFile(prices));
    });
    expect(result).toMatchObject({ exitCode: 5, error: { code: 'object_truncated' } });
  });

  it('an edited manifest, before the target is touched', async () => {
    const { result } = await restoreSpoiled(async (holdfast) => {
      let manifest = '';
      for await (const { key } of holdfast.repository.store.list('backups/')) {
        if (key.endsWith('/manifest.json')) manifest = join(holdfast.folder, key);
      }
      const text = await readFile(manifest, 'utf8');
      const edited = text.replace('"rows":"3000"', '"rows":"3001"');
      expect(edited).not.toBe(text);
      await rm(manifest);
      await writeFile(manifest, edited);
    });
    expect(result).toMatchObject({ exitCode: 5, error: { code: 'manifest_damaged' } });
    expect(result.error?.message).toMatch(/^backups\/source\/.*\/manifest\.json was changed after it was written/);
    expect(result.timeline.map(({ slug }) => slug)).not.toContain('prepare');
  });
});

import { describe, expect, it } from 'vitest';
import { loadZoo } from '#tests/fixtures/zoo/load-zoo.ts';
import { openSystemZoo } from '#tests/fixtures/zoo/open-system-zoo.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type FinishedRun, withHoldfast } from '#tests/support/workflow.ts';

/** The run ended well, its proof compared every row, and no check of it failed. */
function expectProven(run: FinishedRun): void {
  expect(run.result).toMatchObject({ status: 'completed', exitCode: 0, error: null });
  expect(run.proof).toMatchObject({ passed: true, level: 'content' });
  expect(run.proof?.checks.filter(({ passed }) => !passed)).toEqual([]);
}

async function expectNoLedger(url: string): Promise<void> {
  expect(await runSql(url, `select nspname from pg_namespace where nspname = 'holdfast'`)).toEqual([]);
}

describe('backup and restore of everything PostgreSQL holds', () => {
  it('bring the zoo with a row of 100 MB from 16 to 18, proven by us and equal to pg_dump', async () => {
    const template = await zooTemplate();
    await using source = await createDatabase({ cluster: 'source' });
    await using target = await createDatabase({ cluster: 'target' });
    await loadZoo(source.url, { bigRow: true });
    expect(template).toBe('template_zoo');
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      const backup = await holdfast.backup();
      expect(backup.result).toMatchObject({ status: 'completed', outcome: { epochs: 1, pgDump: 'wasm' } });
      expectProven(await holdfast.restore());
    });
    await expectNoLedger(target.url);
    await expectEqualDatabases(source.url, target.url);
  });

  it('bring the zoo over with gzip, one lane and the counts as proof', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await zooTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url, config: { codec: 'gzip' } }, async (holdfast) => {
      await holdfast.backup({ lanes: 1 });
      const restore = await holdfast.restore({ lanes: 1, proof: 'counts' });
      expect(restore.result).toMatchObject({ status: 'completed' });
      expect(restore.proof).toMatchObject({ passed: true, level: 'counts' });
    });
    await expectNoLedger(target.url);
    await expectEqualDatabases(source.url, target.url);
  });

  it('bring the zoo from the PostgreSQL 15 of the machine to 18, by the native pg_dump and by the other', async ({
    skip,
  }) => {
    await using zoo = await openSystemZoo(15);
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    const source = zoo.url;
    for (const pgDump of ['native', 'wasm'] as const) {
      await using target = await createDatabase({ cluster: 'target' });
      await withHoldfast({ source, target: target.url }, async (holdfast) => {
        const backup = await holdfast.backup({ pgDump });
        expect(backup.result).toMatchObject({ status: 'completed', outcome: { pgDump } });
        expectProven(await holdfast.restore());
      });
      await expectEqualDatabases(source, target.url);
    }
  });
});

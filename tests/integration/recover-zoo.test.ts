import { expect, it } from 'vitest';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { openSystemZoo } from '#tests/fixtures/zoo/open-system-zoo.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { recoverTables } from '#tests/support/recover.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

/** A name that every quoting gets wrong that can. */
const oddSchema = `Side "of" zoo.Ümlaut 🦓 'x' \\ --`;
const quoted = `"${oddSchema.replaceAll('"', '""')}"`;

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

it('Every table of the zoo is recovered with the digest of the backup, or left out for a reason that is told', async () => {
  await using live = await createDatabase({ cluster: 'source', template: await zooTemplate() });
  await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const before = await everything(live.url);
    const manifest = await findManifest(holdfast.repository, { backup: 'latest' });

    const all = await recoverTables(holdfast, ['*'], { schema: oddSchema });
    expect(all.result.error).toBeNull();
    const partitions = ['zoo.by_*_2*', 'zoo.by_range_*', 'zoo.by_list_*', 'zoo.by_hash_?', 'zoo.by_expression_all'];
    const apart = await recoverTables(holdfast, partitions, { schema: 'apart' });
    expect(apart.result.error).toBeNull();

    const reached = new Set<number>();
    for (const run of [all, apart]) {
      const { tables } = await readRecoveryPlan(holdfast.repository, run.id);
      for (const { sources } of tables) for (const { table } of sources) reached.add(table);
      const contents = run.proof?.checks.filter(({ name }) => name === 'content') ?? [];
      expect(contents).toHaveLength(tables.length);
      expect(run.proof?.passed).toBe(true);
      // Nobody has changed anything.
      for (const table of run.differences?.tables ?? []) {
        expect(
          [
            table.rows.backup,
            table.onlyInBackup.rows ?? '0',
            table.onlyInLive.rows ?? '0',
            table.different.rows ?? '0',
          ],
          table.name,
        ).toEqual([table.rows.live, '0', '0', '0']);
        expect(table.compared, table.name).toBe(table.key === null ? 'counts' : 'by key');
        expect(Object.values(table.statements), table.name).toEqual([null, null, null, null]);
      }
    }
    const missed = manifest.tables
      .filter((_, index) => !reached.has(index))
      .map(({ schema, name }) => `${schema}.${name}`);
    expect(missed.sort()).toEqual(['holdfast_zoo.history', 'holdfast_zoo.setting', 'pg_catalog.pg_largeobject']);
    expect(all.result.outcome).toMatchObject({
      leftOut: ['holdfast_zoo.history', 'holdfast_zoo.setting'].map((name) => ({
        object: `table ${name}`,
        reason: expect.stringMatching(/belongs to an extension/),
      })),
    });

    // The zoo publishes all tables: subscribers do not have these.
    expect(all.differences?.unlogged).toBe(true);
    const side = await runSql(
      live.url,
      `select distinct c.relpersistence as p from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('${oddSchema.replaceAll("'", "''")}', 'apart') and c.relkind = 'r'`,
    );
    expect(side).toEqual([{ p: 'u' }]);
    await runSql(live.url, `drop schema ${quoted} cascade; drop schema apart cascade`);
    expect(await everything(live.url)).toEqual(before);
  });
});

it('So are those of a server that has a pg_dump of its own, with an archive of an older format', async ({ skip }) => {
  const zoo = await openSystemZoo(15);
  if (zoo === undefined) return skip('PostgreSQL 15 is not installed');
  await using live = zoo;
  await withHoldfast({ source: live.url, config: { codec: 'gzip' } }, async (holdfast) => {
    expect((await holdfast.backup({ pgDump: 'native' })).result.error).toBeNull();
    expect((await findManifest(holdfast.repository, { backup: 'latest' })).schema.pgDumpVersion).toMatch(/^15\./);
    const run = await recoverTables(holdfast, ['*']);
    expect(run.result.error).toBeNull();
    expect(run.result.outcome).toMatchObject({ differences: { onlyInBackup: '0', onlyInLive: '0', different: '0' } });
    expect(run.proof?.checks.length).toBeGreaterThan(140);
  });
});

it('Partitions that the backup holds with their root, and tables of extensions, are refused by name', async () => {
  await using live = await createDatabase({ cluster: 'source', template: await zooTemplate() });
  await withHoldfast({ source: live.url }, async (holdfast) => {
    await holdfast.backup();
    const refusals = [
      [
        'zoo.by_enum_hash_0',
        /table zoo\.by_enum_hash_0 cannot .* together with those of zoo\.by_enum_hash: recover that one/,
      ],
      ['holdfast_zoo.setting', /table holdfast_zoo\.setting cannot .* belongs to an extension/],
    ] as const;
    for (const [pattern, message] of refusals) {
      const { result } = await recoverTables(holdfast, [pattern]);
      expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'table_not_recoverable' } });
      expect(result.error?.message).toMatch(message);
    }
    for (const [pattern, message] of [
      ['zoo.base_view', /there is the view zoo\.base_view/],
      ['zoo.elsewhere', /there is the foreign table zoo\.elsewhere/],
      ['zoo.indxed', /No table of the backup matches zoo\.indxed/],
    ] as const) {
      const { result } = await recoverTables(holdfast, [pattern]);
      expect(result).toMatchObject({ status: 'failed', exitCode: 2, error: { code: 'no_such_table' } });
      expect(result.error?.message).toMatch(message);
    }
  });
});

it('Tables that were dropped are made again by the statements of the report, with all that belonged to them', async () => {
  const names = [
    ...[
      'serials',
      'identity_default',
      'by_range',
      'by_list',
      'by_enum_hash',
      'tenants',
      'audited',
      'generated',
      'collated',
    ],
    ...['searched', 'stored', 'booking', 'chicken', 'typed', 'Capitals', 'other_access_method', 'two_parents'],
  ];
  await using live = await createDatabase({ cluster: 'source', template: await zooTemplate() });
  await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const before = await everything(live.url);
    await runSql(live.url, `drop table ${names.map((name) => `zoo."${name}"`).join(', ')} cascade`);
    const run = await recoverTables(
      holdfast,
      names.map((name) => `zoo."${name}"`),
    );
    expect(run.result.error).toBeNull();
    const statements = run.differences?.tables.map((table) => table.statements) ?? [];
    expect(statements).toHaveLength(names.length);
    for (const part of ['create', 'insert', 'complete'] as const) {
      for (const one of statements) await runSql(live.url, one[part] ?? '');
    }
    await runSql(live.url, run.differences?.drop ?? '');
    expect(await everything(live.url)).toEqual(before);
  });
});

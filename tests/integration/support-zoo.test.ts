import { beforeAll, describe, expect, it } from 'vitest';
import { bigRowBytes, bigRowSql } from '#tests/fixtures/zoo/big-row.ts';
import { openSystemZoo } from '#tests/fixtures/zoo/open-system-zoo.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { compareDatabases, expectEqualDatabases } from '#tests/support/compare-databases.ts';
import { dumpData, dumpSchema } from '#tests/support/dump-database.ts';
import { pgDump } from '#tests/support/pg-dump.ts';
import { replayDump } from '#tests/support/replay-dump.ts';
import { createDatabase, withDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

/** pg_dump --inserts writes -0 without quotes, which SQL reads as the integer 0; COPY, in which a backup goes, does not. */
async function restoreNegativeZero(url: string): Promise<void> {
  await runSql(url, `update zoo.types_number set a_real = '-0', a_double = '-0' where id = 4`);
}

describe('the zoo', () => {
  it('goes from PostgreSQL 16 to 18 by a plain dump and comes out equal', async () => {
    const template = await zooTemplate();
    await withDatabase({ cluster: 'source', template }, (source) =>
      withDatabase({ cluster: 'target' }, async (target) => {
        await replayDump(target, await pgDump(source, []));
        await restoreNegativeZero(target);
        await expectEqualDatabases(source, target);
      }),
    );
  });

  it('goes from the PostgreSQL 15 of the machine to 18 as well', async ({ skip }) => {
    await using zoo = await openSystemZoo(15);
    if (zoo === undefined) return skip('no PostgreSQL 15 in /usr/lib/postgresql/15');
    const source = zoo.url;
    await withDatabase({ cluster: 'target' }, async (target) => {
      await replayDump(target, await pgDump(source, []));
      await restoreNegativeZero(target);
      await expectEqualDatabases(source, target);
    });
  });

  it('has a row of 100 MB, of which one character more is found', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, `create schema zoo; ${bigRowSql()}`);
    expect(await runSql(source.url, 'select octet_length(body) as bytes from zoo.big_row where id = 2')).toEqual([
      { bytes: String(bigRowBytes) },
    ]);
    await using target = await createDatabase({ cluster: 'source', template: source.name });
    await expectEqualDatabases(source.url, target.url);
    await runSql(target.url, `update zoo.big_row set body = body || '.' where id = 2`);
    expect(await compareDatabases(source.url, target.url)).toHaveLength(2);
  });
});

describe('the judge of two databases', () => {
  const planted: [string, string, RegExp][] = [
    [
      'a changed value',
      'update zoo.many_rows set hash = hash + 1 where id = 1000',
      /^zoo\.many_rows: only in the source: .*\(1000, /s,
    ],
    ['a missing row', 'delete from zoo.identity_always where id = 2', /^zoo\.identity_always: only in the source/],
    [
      'a row too many',
      'insert into zoo.no_columns default values',
      /^zoo\.no_columns: only in the target: .*DEFAULT VALUES/,
    ],
    [
      'NULL for the empty string',
      `update zoo.twin set a = null; update zoo.types_text set a_text = null where id = 2`,
      /^zoo\.t/,
    ],
    ['a missing index', 'drop index zoo.indexed_brin', /only in the source: Name: indexed_brin; Type: INDEX/],
    [
      'an index of another kind',
      'drop index zoo.indexed_hash; create index indexed_hash on zoo.indexed (b)',
      /Name: indexed_hash/,
    ],
    ['a changed sequence', `select setval('zoo.set_called', 79)`, /Name: set_called; Type: SEQUENCE SET/],
    ['a sequence that was called', `select nextval('zoo.never_called')`, /Name: never_called; Type: SEQUENCE SET/],
    ['a changed byte of a large object', `select lo_put(424244, 50000, '\\x00')`, /Type: BLOB/],
    [
      'a stale materialised view',
      'update zoo.indexed set a = 3 where id = 1; refresh materialized view zoo.z_first; update zoo.indexed set a = 1 where id = 1',
      /z_first/,
    ],
    [
      'a validated constraint',
      'delete from zoo.not_valid where n < 0; alter table zoo.not_valid validate constraint n_positive',
      /not_valid/,
    ],
    ['a missing policy', 'drop policy never_delete on zoo.tenants', /never_delete; Type: POLICY/],
    [
      'row security not forced',
      'alter table zoo.tenants no force row level security',
      /tenants; Type: (TABLE|ROW SECURITY)/,
    ],
    ['a missing grant on a column', 'revoke update ("Public Note") on zoo.tenants from zoo_reader', /Type: ACL/],
    [
      'another table access method',
      'alter table zoo.other_access_method set access method heap',
      /Name: other_access_method; Type: TABLE/,
    ],
    [
      'a row of an extension that belongs in the dump',
      `delete from holdfast_zoo.setting where name = 'user.empty'`,
      /^holdfast_zoo\.setting/,
    ],
    ['a disabled trigger', 'alter table zoo.audited disable trigger touch', /audited.*TRIGGER|touch/],
  ];

  let differences: string[] = [];

  beforeAll(async () => {
    const template = await zooTemplate();
    await withDatabase({ cluster: 'source', template }, (source) =>
      withDatabase({ cluster: 'source', template }, async (target) => {
        expect(await compareDatabases(source, target)).toEqual([]);
        for (const [, damage] of planted) await runSql(target, damage);
        differences = await compareDatabases(source, target);
      }),
    );
  });

  it.each(planted)('finds %s', (_name, _damage, expected) => {
    expect(differences.filter((difference) => expected.test(difference))).not.toEqual([]);
  });

  it('shows schema and rows on their own', async () => {
    const template = await zooTemplate();
    await withDatabase({ cluster: 'source', template }, async (url) => {
      const schema = await dumpSchema(url);
      expect(schema).toContain('CREATE TABLE zoo.empty_table');
      expect(schema).not.toMatch(/^-- Dumped|^\\restrict/m);
      const rows = await dumpData(url);
      expect(rows.get('zoo.identity_always')).toHaveLength(3);
      // The user's two of the four: the condition of the extension's configuration table.
      expect(rows.get('holdfast_zoo.setting')).toHaveLength(2);
      expect(rows.get('holdfast_zoo.scratch')).toBeUndefined();
    });
  });
});

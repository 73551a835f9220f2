import { describe, expect, it } from 'vitest';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { proveDatabase } from '#lib/proof/prove-database.ts';
import { describeCheck } from '#lib/proof/summarize-proof.ts';
import { readRun } from '#lib/runs/run-store.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

/** What was done to the copy, and every line that the proof says of it. */
const planted: { what: string; sql: string; told: (string | RegExp)[] }[] = [
  {
    what: 'a changed value',
    sql: `update shop.prices set price = 2 where sku = 'a'`,
    told: [/^table shop\.prices, content: expected [0-9a-f]{16}, found [0-9a-f]{16}$/],
  },
  {
    what: 'an empty string in the place of NULL',
    sql: `update public.settings set value = '' where key = 'nothing'`,
    told: [/^table public\.settings, content: /],
  },
  {
    what: 'a missing row',
    sql: 'delete from shop.orders where id = 17',
    told: [
      'table shop.orders, rows: expected 3000, found 2999 (1 missing)',
      /^table shop\.orders, content: /,
      /^query "shop\.orders\.state by value", query: expected \[\["new","1000"\],.*, found \[\["new","1000"\],/,
      'query "shop.orders joined to shop.customers by orders_customer_fkey", query: expected 3000, found 2999',
    ],
  },
  {
    what: 'a row too many in an empty table',
    sql: `insert into shop.empty values (1, 'x')`,
    told: ['table shop.empty, rows: expected 0, found 1 (1 too many)', /^table shop\.empty, content: expected 0{16}, /],
  },
  {
    what: 'two rows that have swapped their values',
    sql: `update shop.secrets set body = case id when 1 then 's2' else 's1' end where id in (1, 2)`,
    told: [/^table shop\.secrets, content: /],
  },
  {
    what: 'a missing index',
    sql: 'drop index shop.orders_open',
    told: ['index shop.orders orders_open, index: expected valid, found missing'],
  },
  {
    what: 'a constraint that is not validated',
    sql: `alter table shop.customers drop constraint named; alter table shop.customers add constraint named check (name <> '') not valid`,
    told: ['constraint shop.customers named, constraint: expected valid (c), found not valid (c)'],
  },
  {
    what: 'an orphan behind a foreign key that is gone',
    sql: 'alter table shop.orders drop constraint orders_customer_fkey',
    told: ['constraint shop.orders orders_customer_fkey, constraint: expected valid (f), found missing'],
  },
  {
    what: 'row security switched off',
    sql: 'alter table shop.secrets disable row level security',
    told: ['row security shop.secrets, row security: expected valid (enabled), found missing'],
  },
  {
    what: 'a missing policy',
    sql: 'drop policy own on shop.secrets',
    told: ['policy shop.secrets own, policy: expected valid (*), found missing'],
  },
  {
    what: 'a disabled trigger',
    sql: 'alter table shop.orders disable trigger touched',
    told: ['trigger shop.orders touched, trigger: expected valid (O), found valid (D)'],
  },
  {
    what: 'a sequence that was called',
    sql: `select nextval('shop.tickets')`,
    told: ['sequence shop.tickets, sequence: expected 100, found 101'],
  },
  {
    what: 'a matview without rows',
    sql: 'refresh materialized view shop.totals with no data',
    told: ['matview shop.totals, matview: expected populated, found not populated'],
  },
  {
    what: 'a missing extension',
    sql: 'drop extension pg_trgm',
    told: [/^extension pg_trgm, extension: expected 1\.\d, found missing$/],
  },
  {
    what: 'a missing table',
    sql: 'drop table shop.prices',
    told: [
      'table shop.prices, rows: expected 3, found no such table',
      'constraint shop.prices prices_pkey, constraint: expected valid (p), found missing',
      'index shop.prices prices_pkey, index: expected valid (primary), found missing',
    ],
  },
  {
    what: 'a missing column',
    sql: 'alter table shop.prices drop column price',
    told: ['table shop.prices, rows: expected 3, found no column price'],
  },
];

describe('the proof', () => {
  it('names exactly what was changed in a copy, and nothing else', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      await holdfast.backup();
      const { repository } = holdfast;
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ status: 'completed' });
      const manifest = await findManifest(repository, { backup: 'latest' });
      // Asked for `latest`: the record names whose backup that is, as who may see the run is decided by it.
      const named = { connection: 'source', target: 'target', backup: manifest.id };
      expect(await readRun(repository, result.run.id)).toMatchObject(named);
      const failures = async (url: string): Promise<string[]> => {
        const connection = bareConnection('copy', url);
        const proof = await proveDatabase(connection, { manifest, level: 'content', repository });
        const failed = proof.checks.filter(({ passed }) => !passed);
        expect(proof.passed).toBe(failed.length === 0);
        return failed.map(describeCheck);
      };
      expect(await failures(target.url)).toEqual([]);
      for (const { what, sql, told } of planted) {
        await using copy = await createDatabase({ cluster: 'target', template: target.name });
        await runSql(copy.url, sql);
        const found = await failures(copy.url);
        expect(found, what).toEqual(
          told.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
        );
      }
    });
  });
});

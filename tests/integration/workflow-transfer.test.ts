import { expect, it } from 'vitest';
import { readProof } from '#lib/proof/proof-store.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { compareDatabases } from '#tests/support/compare-databases.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, type TestDatabase, testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const wanted = { from: 'source', to: 'target', confirm: 'target' };

async function withHomes(
  use: (homes: { holdfast: Holdfast; source: TestDatabase; target: TestDatabase }) => Promise<void>,
  options: { lived?: boolean; criticalQueries?: object[] } = {},
): Promise<void> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using target = await createDatabase({ cluster: 'target' });
  if (options.lived) await runSql(target.url, `create table notes (body text); insert into notes values ('lived')`);
  const { criticalQueries } = options;
  const config = criticalQueries ? { config: { connections: { source: { criticalQueries } } } } : {};
  try {
    await withHoldfast({ source: source.url, target: target.url, ...Object(config) }, (holdfast) =>
      use({ holdfast, source, target }),
    );
  } finally {
    const rows = await runSql(
      testCluster('target').url,
      `select datname from pg_database where datname like '${target.name}\\_\\_%'`,
    );
    for (const row of rows) await runSql(testCluster('target').url, `drop database "${row['datname']}" (force)`);
  }
}

async function isReadOnly(url: string): Promise<boolean> {
  const [row] = await runSql(url, 'show default_transaction_read_only');
  return row?.['default_transaction_read_only'] === 'on';
}

it('moves a database into an empty one and counts what was written to the old home since', async () => {
  await withHomes(async ({ holdfast, source, target }) => {
    const { result, id } = await holdfast.run('transfer', wanted);
    expect(result.error).toBeNull();
    expect(result.outcome).toMatchObject({ fenced: false, writes: { rows: 0 } });
    expect(await compareDatabases(source.url, target.url)).toEqual([]);
    const children = await listChildren(holdfast.repository, id);
    expect(children).toHaveLength(2);
    const proofs = await Promise.all(children.map((child) => readProof(holdfast.repository, child)));
    expect(proofs.filter((proof) => proof?.passed)).toHaveLength(1);
    expect(await isReadOnly(source.url)).toBe(false);
  });
});

it('with a fence leaves the old home read-only until the transfer is rolled back', async () => {
  await withHomes(
    async ({ holdfast, source, target }) => {
      const before = await dumpDatabase(target.url);
      const { result, id } = await holdfast.run('transfer', { ...wanted, fence: true });
      expect(result.error).toBeNull();
      expect(await isReadOnly(source.url)).toBe(true);
      await expect(runSql(source.url, `insert into shop.prices values ('late', 1)`)).rejects.toThrow(
        'read-only transaction',
      );
      await using pooled = await openGuest(source.url);
      expect(await runSql(target.url, 'select count(*) as n from shop.orders')).toEqual([{ n: '3000' }]);

      expect((await holdfast.run('rollback', { run: id })).result.error).toBeNull();
      expect(await dumpDatabase(target.url)).toEqual(before);
      expect(await isReadOnly(source.url)).toBe(false);
      // It began behind the fence and would stay read-only: its pool connects anew.
      expect((await pooled.ended).message).toContain('terminating connection');
      expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
      expect(await listKept(holdfast.repository)).toEqual([]);
    },
    { lived: true },
  );
});

it('lifts the fence and leaves the target as it was when the proof fails', async () => {
  await withHomes(
    async ({ holdfast, source, target }) => {
      await runSql(source.url, `alter database "${source.name}" set default_transaction_read_only = off`);
      const before = await dumpDatabase(target.url);
      const { result } = await holdfast.run('transfer', { ...wanted, fence: true });
      expect(result).toMatchObject({ status: 'proof-failed', exitCode: 4 });
      expect(await dumpDatabase(target.url)).toEqual(before);
      expect(await isReadOnly(source.url)).toBe(false);
      const [row] = await runSql(
        source.url,
        `select setconfig::text as c from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = '${source.name}'`,
      );
      expect(row?.['c']).toContain('default_transaction_read_only=off');
      expect(await listKept(holdfast.repository)).toEqual([]);
    },
    { lived: true, criticalQueries: [{ name: 'where am I', sql: 'select current_database()' }] },
  );
});

it('is refused before anything is copied', async () => {
  await withHomes(
    async ({ holdfast, source }) => {
      const unnamed = await holdfast.run('transfer', { ...wanted, confirm: undefined });
      expect(unnamed.result).toMatchObject({ status: 'refused', error: { code: 'preflight_confirmation' } });
      const onItself = await holdfast.run('transfer', { ...wanted, to: 'source', confirm: 'source' });
      expect(onItself.result).toMatchObject({ status: 'refused', error: { code: 'preflight_two_databases' } });
      for (const { result, id } of [unnamed, onItself]) {
        expect(result.exitCode).toBe(3);
        expect(await listChildren(holdfast.repository, id)).toEqual([]);
      }
      expect(await isReadOnly(source.url)).toBe(false);
    },
    { lived: true },
  );
});

it('by a role that does not own the source cannot fence it, and says so', async () => {
  await withHomes(async ({ holdfast, source }) => {
    const role = `reader_${source.name}`;
    await runSql(
      source.url,
      `create role ${role} login password 'secret-of-reader'; grant pg_read_all_data to ${role}`,
    );
    try {
      const url = urlOfDatabase(source.url, { database: source.name, user: role, password: 'secret-of-reader' });
      const { overrideEnvironment, readEnvironment } = await import('#lib/config/environment.ts');
      overrideEnvironment({ ...readEnvironment(), HOLDFAST_DATABASE_SOURCE_URL: url });
      const { result } = await holdfast.run('transfer', { ...wanted, fence: true });
      expect(result).toMatchObject({ status: 'refused', error: { code: 'preflight_right_to_fence' } });
      expect(JSON.stringify(result)).not.toContain('secret-of-reader');
    } finally {
      await runSql(source.url, `drop owned by ${role}; drop role ${role}`);
    }
  });
});

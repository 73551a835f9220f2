import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restoreShop } from '#tests/support/restore-shop.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

const emptiness = `select (select count(*) from pg_class where relnamespace = 'public'::regnamespace) as objects,
  (select count(*) from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')) as schemas`;

async function expectEmpty(url: string): Promise<void> {
  expect(await runSql(url, emptiness)).toEqual([{ objects: '0', schemas: '0' }]);
}

describe('a restore is refused', () => {
  it('for a target that is not empty, by what it holds, which stays', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine as select 1 as a');
    const { result } = await restoreShop({ target: target.url });
    expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'preflight_confirmation' } });
    expect(result.error?.message).toBe(
      'connection target: what it serves now would be replaced: the database holds 1 objects, first table public.mine',
    );
    expect(await runSql(target.url, 'select * from mine')).toHaveLength(1);
  });

  it('for a target that is the source', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withHoldfast({ source: source.url, target: source.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_not_the_source' } });
    });
    expect(await runSql(source.url, 'select from shop.prices')).toHaveLength(3);
  });

  it('for an extension that the target does not have', async () => {
    const { extensionDirectory } = testCluster('source');
    const files = ['only_here.control', 'only_here--1.0.sql'].map((name) => join(extensionDirectory, name));
    await using target = await createDatabase({ cluster: 'target' });
    try {
      for (const file of files) await writeFile(file, file.endsWith('control') ? "default_version = '1.0'\n" : '');
      const { result } = await restoreShop({ target: target.url, change: 'create extension only_here' });
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_extension' } });
      expect(result.error?.message).toBe('extension only_here: the target server does not have only_here');
    } finally {
      for (const file of files) await rm(file, { force: true });
    }
    await expectEmpty(target.url);
  });

  it('for an extension that lies in another schema of the target', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create extension pg_trgm');
    const change = 'create schema elsewhere; alter extension pg_trgm set schema elsewhere';
    const { result } = await restoreShop({ target: target.url, change });
    expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_extension' } });
    expect(result.error?.message).toContain('pg_trgm is in the schema public of the target, and in elsewhere');
  });

  it('for a role that may not create, or from whom row security would hide the copy', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await using role = await createRole(target.url);
    const refused = await restoreShop({ target: role.url });
    expect(refused.result).toMatchObject({ exitCode: 3, error: { code: 'preflight_right_to_create' } });
    expect(refused.result.error?.hint).toContain(`grant create on database "${target.name}" to "${role.name}"`);
    await runSql(
      target.url,
      `grant create on database ${target.name} to ${role.name}; grant create on schema public to ${role.name}`,
    );
    const forced = await restoreShop({ target: role.url, change: 'alter table shop.secrets force row level security' });
    expect(forced.result).toMatchObject({ exitCode: 3, error: { code: 'preflight_row_security' } });
    expect(forced.result.error?.message).toMatch(/^table shop\.secrets: row security is forced on it/);
    await runSql(target.url, `alter role ${role.name} bypassrls`);
    const change = 'alter table shop.secrets force row level security; drop extension pg_trgm';
    expect((await restoreShop({ target: role.url, change })).result.error).toBeNull();
  });

  it('for a role that a policy names and the target does not have', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using role = await createRole(source.url);
    await runSql(source.url, `create policy more on shop.secrets to "${role.name}" using (true)`);
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_roles' } });
      expect(result.error?.message).toContain(`role ${role.name}`);
      expect(result.error?.hint).toContain(`create role "${role.name}"`);
    });
    await expectEmpty(target.url);
  });

  it('for a statement that a lower major version does not know, by object and both versions', async () => {
    await using source = await createDatabase({ cluster: 'target' });
    await using target = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table newer (a int, b int generated always as (a * 2) virtual)');
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'target_too_old' } });
      expect(result.error?.message).toMatch(/^table public\.newer: .*PostgreSQL 18\.\d+ -> 16\.\d+ \(a lower major/);
    });
    await expectEmpty(target.url);
  });

  it('for an unknown backup, before the target is asked', async () => {
    await withHoldfast({ target: testCluster('target').url }, async (holdfast) => {
      const { result } = await holdfast.restore({ backup: '2020' });
      expect(result).toMatchObject({ exitCode: 2, error: { code: 'unknown_backup' } });
    });
  });
});

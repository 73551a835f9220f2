import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

/** The SQL blocks of "A least-rights database role" in their order. */
async function readBlocks(): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const section = /^## A least-rights database role$([\s\S]*?)^## /m.exec(text)?.[1] ?? '';
  return [...section.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

const unique = randomBytes(4).toString('hex');
const password = 'passw0rd-of-the-role';
const roles = ['holdfast_backup', 'holdfast_reader', 'app'] as const;

/** A block with the names of this test in the place of the document's; nothing else is changed. */
function adapt(block: string, database: string): string {
  const named = roles.reduce(
    (sql, role) => sql.replaceAll(new RegExp(`\\b${role}\\b`, 'g'), `${role}_${unique}`),
    block,
  );
  return named
    .replaceAll("'...'", `'${password}'`)
    .replaceAll('database studio', `database "${database}"`)
    .replaceAll('database copy', `database "copy_${unique}"`);
}

const asRole = (url: string, role: (typeof roles)[number], database: string): string =>
  urlOfDatabase(url, { database, user: `${role}_${unique}`, password });

async function dropRole(url: string, role: string): Promise<void> {
  const name = `${role}_${unique}`;
  const [found] = await runSql(url, `select from pg_roles where rolname = '${name}'`);
  if (found) await runSql(url, `drop owned by "${name}" cascade; drop role "${name}"`);
}

describe('the roles of docs/operations.md', () => {
  it('back up with exactly what the document grants, and are refused in words without it', async () => {
    const [backup = '', bypass = '', largeObjects = '', reader = '', restore = ''] = await readBlocks();
    expect(restore).toContain('create role app');
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await runSql(source.url, `select lo_from_bytea(0, 'what a large object holds')`);
    const grant = (block: string): Promise<unknown> => runSql(source.url, adapt(block, source.name));
    const copy = `copy_${unique}`;
    const target = testCluster('target').url;
    try {
      await grant(backup);
      const role = asRole(source.url, 'holdfast_backup', source.name);
      await runSql(target, adapt(restore.split('\n')[0] ?? '', source.name));
      await runSql(target, adapt(restore.split('\n')[1] ?? '', source.name));
      const environment = {
        HOLDFAST_DATABASE_READER_URL: asRole(source.url, 'holdfast_reader', source.name),
      };
      const options = { source: role, target: asRole(target, 'app', copy), environment };
      await withHoldfast(options, async (holdfast) => {
        const hidden = await holdfast.backup();
        expect(hidden.result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(hidden.result.error?.message).toContain('row security');
        await grant(bypass);
        const locked = await holdfast.backup();
        expect(locked.result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(locked.result.error?.message).toContain('large object');
        await grant(largeObjects);
        const whole = await holdfast.backup();
        expect(whole.result).toMatchObject({ status: 'completed', error: null });

        await expect(runSql(role, `insert into shop.prices values ('new', 1)`)).rejects.toThrow('permission denied');
        await expect(runSql(role, 'create table shop.mine (id int)')).rejects.toThrow('permission denied');

        const restored = await holdfast.restore({ from: 'source' });
        expect(restored.result.error).toBeNull();
        expect(restored.proof).toMatchObject({ passed: true, level: 'content' });

        await grant(reader);
        // The shop hides rows, and has a large object: of both the document has spoken.
        await runSql(source.url, adapt('alter role holdfast_reader bypassrls', source.name));
        await grant(largeObjects.replaceAll('holdfast_backup', 'holdfast_reader'));
        const inPublic = await holdfast.backup({ connection: 'reader' });
        expect(inPublic.result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(inPublic.result.error?.message).toContain('public');
        await grant(reader.split('\n').slice(3).join('\n').replaceAll('schema shop', 'schema public'));
        expect((await holdfast.backup({ connection: 'reader' })).result.error).toBeNull();
        await runSql(source.url, 'create table shop.later (id int primary key)');
        expect((await holdfast.backup({ connection: 'reader' })).result.error).toBeNull();
        await runSql(
          source.url,
          adapt('alter default privileges in schema shop revoke select on tables from holdfast_reader', source.name),
        );
        await runSql(source.url, 'create table shop.latest (id int primary key)');
        const refused = await holdfast.backup({ connection: 'reader' });
        expect(refused.result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(refused.result.error?.message).toContain('shop.latest');
      });
    } finally {
      await runSql(target, `drop database if exists "${copy}" with (force)`);
      for (const role of roles) await dropRole(role === 'app' ? target : source.url, role);
    }
  });
});

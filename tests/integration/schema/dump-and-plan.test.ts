import { beforeAll, describe, expect, it } from 'vitest';
import { withSession } from '#lib/postgres/connect.ts';
import { wholeSchema } from '#lib/schema/choose-entries.ts';
import { dumpSchema } from '#lib/schema/dump-schema.ts';
import { listRoles } from '#lib/schema/list-roles.ts';
import { planSchema } from '#lib/schema/plan-schema.ts';
import { renderSql } from '#lib/schema/render-sql.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { createDatabase, type TestDatabase, withDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { applyPlan } from './apply-plan.ts';
import { dumpText } from './dump-text.ts';
import { createRichRoles, loadRichSchema } from './rich-schema.ts';

async function dump(url: string, more: { snapshot?: string } = {}): Promise<SchemaEntry[]> {
  return withSession({ name: 'source', url }, async (session) => {
    const common = { session, url, environment: {}, serverMajor: 16, lockTimeoutMs: 10_000 };
    const { entries, tool } = await dumpSchema({ ...common, ...more, force: 'wasm' });
    expect(tool).toBe('wasm');
    return entries;
  });
}

describe('a schema read from PostgreSQL 16 by WebAssembly', () => {
  let source: TestDatabase;
  let entries: SchemaEntry[];
  beforeAll(async () => {
    source = await createDatabase({ cluster: 'source' });
    await loadRichSchema(source.url);
    entries = await dump(source.url);
    return () => source.drop();
  });

  it('comes out of an empty PostgreSQL 18 exactly as it went in', async () => {
    await withDatabase({ cluster: 'target' }, async (url) => {
      await createRichRoles(url);
      const plan = planSchema(entries, wholeSchema);
      expect(plan.leftOut).toEqual([]);
      await applyPlan(url, plan);
      expect(await dumpText(url)).toBe(await dumpText(source.url));
    });
  });

  it('comes out the same of the two scripts for psql', async () => {
    await withDatabase({ cluster: 'target' }, async (url) => {
      await createRichRoles(url);
      const { preData, postData } = renderSql(entries);
      await runSql(url, preData);
      await runSql(url, postData);
      expect(await dumpText(url)).toBe(await dumpText(source.url));
    });
  });

  it('leaves no trace of what is not wanted', async () => {
    await withDatabase({ cluster: 'target' }, async (url) => {
      const unwanted = { owners: false, privileges: false, publications: false, eventTriggers: false, comments: false };
      // Policies and user mappings name roles in their definitions.
      await createRichRoles(url);
      const plan = planSchema(entries, { ...wholeSchema, ...unwanted });
      await applyPlan(url, plan);
      expect(plan.leftOut.length).toBeGreaterThan(15);
      // An extension brings its own comment when it is created.
      const text = await dumpText(url);
      expect(text).not.toMatch(
        /OWNER TO schema_test|^GRANT|^REVOKE|PUBLICATION|EVENT TRIGGER|COMMENT ON (?!EXTENSION)/m,
      );
    });
  });

  it('names every role that the target needs', () => {
    expect(listRoles(entries)).toEqual({
      owners: ['postgres', 'schema_test_owner'],
      grantees: ['schema_test_owner', 'schema_test_reader'],
      others: ['schema_test_owner', 'schema_test_reader'],
    });
  });

  it('is of the moment of the snapshot', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(url, 'create table before (a int)');
      await withClient(url, async (holder) => {
        await holder.query('begin isolation level repeatable read, read only');
        const { rows } = await holder.query<{ id: string }>('select pg_export_snapshot() as id');
        await runSql(
          url,
          'create table after (a int); create index late on before (a); comment on table before is $$x$$',
        );
        const names = (await dump(url, { snapshot: rows[0]?.id ?? '' })).map(({ name }) => name);
        expect(names).toContain('before');
        expect(names).not.toContain('after');
        expect(names).not.toContain('TABLE before');
        expect((await dump(url)).map(({ name }) => name)).toEqual(expect.arrayContaining(['after', 'TABLE before']));
      });
    });
  });

  it('may have hundreds of tables, whose catalogue queries span many packets', async () => {
    await withDatabase({ cluster: 'source' }, async (url) => {
      await runSql(
        url,
        `do $$ begin for i in 1..700 loop
           execute format('create table t%s (id int primary key, %s)', i,
             (select string_agg(format('col_%s text default %L', c, repeat('x', 40)), ', ') from generate_series(1, 15) c));
         end loop; end $$`,
      );
      const large = await dump(url);
      expect(large.filter(({ type }) => type === 'TABLE')).toHaveLength(700);
      expect(large.filter(({ type }) => type === 'CONSTRAINT')).toHaveLength(700);
    });
  });
});

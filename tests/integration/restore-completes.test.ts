import { describe, expect, it } from 'vitest';
import { restoreShop } from '#tests/support/restore-shop.ts';
import { loadShop, shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

describe('a restore completes', () => {
  it('into a lower major version, where everything loads', async () => {
    await using source = await createDatabase({ cluster: 'target' });
    await using target = await createDatabase({ cluster: 'source' });
    await loadShop(source.url);
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const restore = await holdfast.restore();
      expect(restore.result).toMatchObject({ status: 'completed' });
      expect(restore.proof).toMatchObject({ passed: true, level: 'content' });
    });
  });

  it('of a database without any table, under a name of quotes, spaces and capitals', async () => {
    const name = `It's "a" Name & more`;
    await using source = await createDatabase({ cluster: 'source', name });
    await using target = await createDatabase({ cluster: 'target', name });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup({ lanes: 4 })).result).toMatchObject({
        status: 'completed',
        outcome: { totals: { rows: '0', chunks: 0 } },
      });
      expect((await holdfast.restore()).result).toMatchObject({ status: 'completed' });
    });
  });

  it('although a question that Holdfast thinks up has no operator in the search path', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    const change = `create schema elsewhere; create extension hstore schema elsewhere;
      create table shop.keys (key elsewhere.hstore primary key);
      create table shop.locks (key elsewhere.hstore references shop.keys);
      insert into shop.keys values ('a=>1'); insert into shop.locks values ('a=>1')`;
    const { result, proof } = await restoreShop({ target: target.url, change });
    expect(result.error).toBeNull();
    expect(proof?.checks.filter(({ object }) => object.includes('joined to')).map(({ object }) => object)).toEqual([
      'query "shop.orders joined to shop.customers by orders_customer_fkey"',
    ]);
  });

  it('without owners and grants that the target has no roles for, and lists them', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using owner = await createRole(source.url);
    await using reader = await createRole(source.url);
    await runSql(
      source.url,
      `alter table shop.prices owner to ${owner.name}; grant select on shop.orders to ${reader.name};
       alter default privileges for role ${owner.name} grant select on tables to ${reader.name}`,
    );
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ status: 'completed', outcome: { proof: { passed: true } } });
      expect(result.outcome).toMatchObject({
        leftOut: expect.arrayContaining([
          { object: `owner ${owner.name} of 2 objects`, reason: 'the target has no such role' },
          { object: expect.stringContaining(reader.name), reason: 'the target has no such role' },
        ]),
      });
    });
    const [table] = await runSql(
      target.url,
      `select relowner::regrole as owner from pg_class where relname = 'prices'`,
    );
    expect(table).toEqual({ owner: 'postgres' });
  });

  it('by a role that owns the database and is no superuser, without what takes one, and the proof knows', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using owner = await createRole(source.url);
    await runSql(
      source.url,
      `create function noted() returns event_trigger language plpgsql as $$ begin end $$;
       create event trigger "Noted" on ddl_command_start execute function noted();
       comment on event trigger "Noted" is 'noted';
       create publication everything for all tables; create publication few for table shop.orders;
       comment on publication everything is 'all'; comment on extension pg_trgm is 'ours';
       alter table shop.prices owner to ${owner.name}; select lo_from_bytea(4711, 'hello')`,
    );
    await using target = await createDatabase({ cluster: 'target' });
    await using role = await createRole(target.url);
    await runSql(testCluster('target').url, `alter database ${target.name} owner to ${role.name}`);
    try {
      await withHoldfast({ source: source.url, target: role.url }, async (holdfast) => {
        expect((await holdfast.backup()).result.error).toBeNull();
        const { result, proof } = await holdfast.restore();
        expect(result.error).toBeNull();
        expect(result.outcome).toMatchObject({
          leftOut: expect.arrayContaining([
            { object: 'event trigger Noted', reason: 'only a superuser can make event triggers' },
            { object: 'publication everything', reason: 'only a superuser can publish all tables' },
            {
              object: expect.stringMatching(/^owner postgres of \d+ objects$/),
              reason: 'the restoring role is no member of it',
            },
          ]),
        });
        expect(proof?.checks.find(({ name }) => name === 'event trigger')).toMatchObject({
          passed: true,
          actual: 'left out: only a superuser can make event triggers',
        });
      });
      expect(await runSql(target.url, `select pubname from pg_publication`)).toEqual([{ pubname: 'few' }]);
      expect(await runSql(target.url, `select lo_get(4711)::text as text`)).toEqual([{ text: '\\x68656c6c6f' }]);
    } finally {
      await runSql(testCluster('target').url, `alter database ${target.name} owner to postgres`);
    }
  });
});

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPgDump } from '#lib/backup/check-pg-dump.ts';
import { planDirectUrl } from '#lib/postgres/direct-url.ts';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { loadShop, shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { startTransactionPooler } from '#tests/support/transaction-pooler.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type HoldfastOptions, withHoldfast } from '#tests/support/workflow.ts';

/** How a backup of the source ends that must not come to a good end: no stack, no secret, no manifest. */
async function refuseBackup(options: HoldfastOptions & { source: string }, request: object = {}) {
  return await withHoldfast(options, async (holdfast) => {
    const { result } = await holdfast.backup(request);
    const text = JSON.stringify(result);
    expect(text).not.toContain(decodeURIComponent(new URL(options.source).password));
    expect(text).not.toMatch(/\n +at /);
    const manifests: string[] = [];
    for await (const { key } of holdfast.repository.store.list('backups/')) manifests.push(key);
    expect(manifests).toEqual([]);
    if (result.error === null) throw new Error('the backup was not refused');
    return { ...result, error: result.error };
  });
}

/** How a restore of the shop ends. */
async function restoreShop(options: { target: string; source?: string; change?: string }) {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  if (options.change !== undefined) await runSql(source.url, options.change);
  return await withHoldfast({ source: source.url, target: options.target }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const restore = await holdfast.restore();
    expect(JSON.stringify(restore.result)).not.toContain(decodeURIComponent(new URL(options.target).password));
    return restore;
  });
}

const emptiness = `select (select count(*) from pg_class where relnamespace = 'public'::regnamespace) as objects,
  (select count(*) from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema')) as schemas`;

async function expectEmpty(url: string): Promise<void> {
  expect(await runSql(url, emptiness)).toEqual([{ objects: '0', schemas: '0' }]);
}

describe('a backup is refused', () => {
  it('for a wrong password, by name, with exit code 3', async () => {
    const source = urlOfDatabase(testCluster('source').url, { database: 'postgres', password: 'wrong-secret' });
    const { status, exitCode, error } = await refuseBackup({ source });
    expect({ status, exitCode, code: error.code }).toEqual({ status: 'refused', exitCode: 3, code: 'login_refused' });
    expect(error.message).toMatch(
      /^connection source \(postgres:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\/postgres\): password/,
    );
  });

  it('for a URL without the password that the server asks for', async () => {
    const source = new URL(testCluster('source').url);
    source.password = '';
    await withHoldfast({ source: source.href }, async (holdfast) => {
      const { result } = await holdfast.backup();
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'login_refused' } });
    });
  });

  it('for a host that does not answer', async () => {
    const port = await findFreePort();
    const { exitCode, error } = await refuseBackup({ source: `postgres://me:hidden-secret@127.0.0.1:${port}/db` });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'unreachable' });
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  it('for a database that is not there', async () => {
    const source = urlOfDatabase(testCluster('source').url, { database: 'no such one' });
    const { exitCode, error } = await refuseBackup({ source });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'no_database' });
    expect(error.message).toContain('database "no such one" does not exist');
  });

  it('for a table that the role may not read, by its name', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const grants = [
      'grant usage on schema shop to %I; grant select on all tables in schema shop, public to %I',
      'grant select on all sequences in schema shop to %I; revoke select on shop.prices from %I',
      'alter table shop.secrets disable row level security',
    ];
    await using role = await createRole(source.url, { grants });
    const { exitCode, error } = await refuseBackup({ source: role.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_right_to_read' });
    expect(error.message).toBe('shop.prices: 1 cannot be read by this role: shop.prices');
    expect(error.hint).toContain('pg_read_all_data');
  });

  it('for row security that would hide rows, by the name of the table', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using role = await createRole(source.url, { grants: ['grant pg_read_all_data to %I'] });
    const { exitCode, error } = await refuseBackup({ source: role.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_row_security' });
    expect(error.message).toBe('shop.secrets: row security hides rows of shop.secrets from this role');
    expect(error.hint).toContain('bypassrls');
  });

  it('for a pooler in transaction mode, with a hint at the direct host', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using pooler = await startTransactionPooler(source.url);
    const { exitCode, error } = await refuseBackup({ source: pooler.url });
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 3, code: 'preflight_direct_endpoint' });
    expect(error.message).toMatch(/^connection source: .*\*\*\*.* is a pooler in transaction mode/);
    expect(error.hint).toContain('-pooler');
  });

  it('for a config that does not parse, by the name of the field', async () => {
    const config = JSON.parse('{"lanes": "many"}');
    const refused = withHoldfast({ source: testCluster('source').url, config }, async () => expect.unreachable());
    await expect(refused).rejects.toMatchObject({
      ...{ name: 'UsageError', exitCode: 2, code: 'bad_config' },
      message: expect.stringMatching(/holdfast\.config\.mjs does not parse:.*\n.*\n.*lanes/),
    });
  });

  it('for a critical query that cannot be answered, by the name of the query', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const failing = async (sql: string) => {
      const config = { connections: { source: { criticalQueries: [{ name: 'the till', sql }] } } };
      const { exitCode, error } = await refuseBackup({ source: source.url, config });
      expect(exitCode).toBe(1);
      return error.message;
    };
    expect(await failing('select sum(amount) from shop.till')).toBe(
      'critical query "the till": relation "shop.till" does not exist',
    );
    expect(await failing('delete from shop.prices')).toMatch(/^critical query "the till": .*read-only transaction/);
    expect(await failing('commit; delete from shop.prices')).toMatch(/^critical query "the till": .*multiple commands/);
    expect(await runSql(source.url, 'select from shop.prices')).toHaveLength(3);
  });

  it('for a table that another session keeps locked, after lockTimeout, by table and session', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await withClient(source.url, async (other) => {
      await other.query('begin; lock table shop.prices in access exclusive mode');
      const { exitCode, error, timeline } = await refuseBackup({
        source: source.url,
        config: { lockTimeout: '100ms' },
      });
      expect({ exitCode, code: error.code }).toEqual({ exitCode: 1, code: 'lock_timeout' });
      expect(error.message).toMatch(
        /^Waited 100 ms in vain for a lock on table shop\.prices, which process \d+ \(holdfast-test, postgres\) locks\.$/,
      );
      // Every attempt is on record, with what it waited before.
      const snapshot = timeline.find(({ slug }) => slug === 'snapshot-1');
      expect(snapshot?.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual(
        [0, 1, 2, 3, 4, 5].map((attempt) => [attempt, 'failed']),
      );
      expect(snapshot?.attempts.slice(1).every(({ waitedMs }) => waitedMs >= 10)).toBe(true);
    });
  });
});

describe('what needs no server', () => {
  it('a server older than 13, or newer than every pg_dump, does not pass the preflight', () => {
    expect(checkPgDump({ version: '12.22', major: 12 }, { natives: [] })).toMatchObject({
      passed: false,
      detail: 'The server is PostgreSQL 12; Holdfast needs 13 or newer.',
    });
    const natives = [{ path: '/usr/bin/pg_dump', version: '15.18', major: 15 }];
    expect(checkPgDump({ version: '19beta1', major: 19 }, { natives })).toMatchObject({
      passed: false,
      detail: 'The server is PostgreSQL 19, too new to be dumped: pg_dump at hand: 15.18, 18 (WebAssembly).',
      hint: 'Install the client programs of PostgreSQL 19.',
    });
    expect(checkPgDump({ version: '15.18', major: 15 }, { natives })).toMatchObject({ passed: true });
  });

  it('the pooler of Neon is replaced by the direct host, and nothing else of the URL', () => {
    const pooled = 'postgres://u:p%40ss@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/db?sslmode=require';
    expect(planDirectUrl(pooled)).toEqual({
      url: 'postgres://u:p%40ss@ep-cool-name-123.eu-central-1.aws.neon.tech/db?sslmode=require',
      rewritten: true,
    });
    const others = ['postgres://u@my-pooler.example.org/db', 'postgres://u@ep-cool-name-123.aws.neon.tech/x-pooler.y'];
    for (const url of others) expect(planDirectUrl(url)).toEqual({ url, rewritten: false });
  });
});

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

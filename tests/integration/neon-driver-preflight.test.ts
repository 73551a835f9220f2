import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withSession } from '#lib/postgres/connect.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import { planLanes } from '#lib/report/plan-lanes.ts';
import { checkWritable } from '#lib/restore/check-writable.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { createDatabase, testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

const ofRole = (url: string) => withSession({ name: 'there', url }, readServerInfo);
/** A session that was closed a moment ago may still be there. */
const expectConnections = (url: string) => expect.poll(async () => (await ofRole(url)).connections);

describe('the connections that are left', () => {
  it('are those that are neither taken, by whomever, nor reserved', async () => {
    await using cluster = await startCluster({
      major: 16,
      settings: { max_connections: '20', superuser_reserved_connections: '4', reserved_connections: '3' },
    });
    await using role = await createRole(cluster.url);
    await expectConnections(role.url).toEqual({ free: 13, bound: 'server', limit: 13 });
    await runSql(cluster.url, `grant pg_use_reserved_connections to "${role.name}"`);
    await expectConnections(role.url).toEqual({ free: 16, bound: 'server', limit: 16 });
    await runSql(cluster.url, `revoke pg_use_reserved_connections from "${role.name}"`);
    // Of sessions of others the role sees next to nothing; they count all the same.
    await withClient(cluster.url, async () => {
      await expectConnections(role.url).toMatchObject({ free: 12 });
      await expectConnections(cluster.url).toEqual({ free: 19, bound: 'server', limit: 20 });
    });
    await runSql(cluster.url, `alter role "${role.name}" connection limit 3`);
    await withClient(role.url, async () => {
      await expectConnections(role.url).toEqual({ free: 2, bound: 'role', limit: 3 });
    });
    await runSql(cluster.url, 'alter database postgres connection limit 2');
    expect((await ofRole(cluster.url)).neon).toBe(false);
    await runSql(cluster.url, 'create role neon_superuser nologin');
    expect((await ofRole(cluster.url)).neon).toBe(true);
    await expectConnections(role.url).toMatchObject({ bound: 'database', limit: 2 });
  });

  it('bound the lanes of a restore', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await using target = await createDatabase({ cluster: 'target' });
    await using role = await createRole(target.url);
    await runSql(
      target.url,
      `alter role "${role.name}" connection limit 3; alter database "${target.name}" owner to "${role.name}"`,
    );
    const tables = Array.from(
      { length: 8 },
      (_, n) => `create table t${n} as select i from generate_series(1, 1000) i`,
    );
    await runSql(source.url, tables.join(';'));
    await withHoldfast({ source: source.url, target: role.url, config: { lanes: 8 } }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result, proof } = await holdfast.restore();
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true });
      const lanes = new Set(result.timeline.filter(({ slug }) => /^load-/.test(slug)).map(({ n }) => n.split('.')[0]));
      expect(lanes.size).toBe(2);
      expect(result.outcome).toMatchObject({
        lanesNote: expect.stringMatching(/^2 in place of 8: 3 of 3 connections are free .*role\)$/),
      });
    });
    await runSql(target.url, `alter database "${target.name}" owner to postgres`);
  });

  it('are told with the number of lanes that work', async () => {
    const server = await ofRole(testCluster('source').url);
    const plan = (free: number, lanes: number, neon = false) =>
      planLanes({ ...server, neon, connections: { free, bound: 'server', limit: 104 } }, lanes);
    expect(plan(97, 4)).toMatchObject({ lanes: 4, note: null, check: { passed: true } });
    expect(plan(3, 4)).toMatchObject({
      lanes: 2,
      note: expect.stringMatching(/^2 in place of 4: /),
      check: { passed: true },
    });
    expect(plan(2, 4)).toMatchObject({
      lanes: 1,
      note: expect.stringMatching(/^1 in place of 4: /),
      check: { passed: true },
    });
    expect(plan(1, 4, true)).toMatchObject({
      check: { passed: false, hint: expect.stringContaining('larger compute') },
    });
    expect(plan(0, 1)).toMatchObject({ lanes: 1, check: { passed: false } });
  });

  it('bound the lanes of a backup, beside the session that holds its snapshot', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await using role = await createRole(source.url, { grants: ['grant pg_read_all_data to %I'] });
    const tables = Array.from(
      { length: 8 },
      (_, n) => `create table t${n} as select i from generate_series(1, 1000) i`,
    );
    await runSql(source.url, tables.join(';'));
    await runSql(source.url, `alter role "${role.name}" connection limit 4`);
    await withHoldfast({ source: role.url, config: { lanes: 8 } }, async (holdfast) => {
      const { result } = await holdfast.backup();
      expect(result.error).toBeNull();
      const lanes = new Set(result.timeline.filter(({ slug }) => /^copy-/.test(slug)).map(({ n }) => n.split('.')[0]));
      expect(lanes.size).toBe(3);
      expect(result.outcome).toMatchObject({
        lanesNote: expect.stringMatching(/^3 in place of 8: 4 of 4 connections are free/),
      });
    });
  });
});

describe('a server that takes no writes', () => {
  it('is refused as a target by what it is', async () => {
    const server = await ofRole(testCluster('target').url);
    expect(checkWritable(server)).toMatchObject({ passed: true });
    const standby = checkWritable({ ...server, inRecovery: true });
    expect(standby).toMatchObject({ passed: false, detail: 'the server is a standby: it takes no writes' });
    const replica = checkWritable({ ...server, inRecovery: true, neon: true });
    expect(replica).toMatchObject({ passed: false, detail: 'the compute is a read replica: it takes no writes' });
  });

  it('is told from a database that only asks its clients not to write', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(source.url, 'create table public.t as select 1 as i');
    for (const { url, name } of [source, target]) {
      await runSql(url, `alter database "${name}" set default_transaction_read_only = on`);
    }
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result, proof } = await holdfast.restore();
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true });
    });
  });
});

/** What PostgreSQL itself lets only superusers make: the role gets it refused. */
const superuserObjects = [
  [`create function f(int) returns int language internal as 'int4abs'`, /function public\.f\(integer\)/],
  [`create function g(int) returns int language sql leakproof as 'select 1'`, /function public\.g\(integer\)/],
  [`create operator family f using btree`, /operator family public\.f/],
  [`create operator class o for type int using hash as function 1 hashint4(int)`, /operator class public\.o/],
  [`create text search template s (lexize = dsimple_lexize)`, /text search template public\.s/],
  [
    `create text search parser s (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)`,
    /text search parser public\.s/,
  ],
  [`create access method a type index handler bthandler`, /access method a/],
  [`create cast (money as bigint) without function`, /cast CAST \(money AS bigint\)/],
  [
    `create type b; create function b_in(cstring) returns b language internal immutable strict as 'int4in';
     create function b_out(b) returns cstring language internal immutable strict as 'int4out';
     create type b (input = b_in, output = b_out, like = int4)`,
    /type public\.b/,
  ],
] as const;

const failedChecks = z.object({ preflight: z.array(z.object({ object: z.string(), passed: z.boolean() })) });

describe('objects that only a superuser can make', () => {
  it('are named one by one before a restore by another role begins', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await using role = await createRole(target.url);
    await runSql(target.url, `alter database "${target.name}" owner to "${role.name}"`);
    await using source = await createDatabase({ cluster: 'source' });
    for (const [sql] of superuserObjects) {
      await expect(runSql(role.url, sql)).rejects.toMatchObject({ code: '42501' });
      await runSql(source.url, sql);
    }
    await withHoldfast({ source: source.url, target: role.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result } = await holdfast.restore();
      expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_superuser_objects' } });
      expect(result.error?.message).toContain(`role ${role.name} is no superuser`);
      const failed = failedChecks.parse(result.outcome).preflight.filter(({ passed }) => !passed);
      const objects = failed.map((check) => check.object);
      for (const [, object] of superuserObjects) expect(objects).toContainEqual(expect.stringMatching(object));
    });
    await runSql(target.url, `alter database "${target.name}" owner to postgres`);
  });

  it('are told from their like that anybody can make', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await using target = await createDatabase({ cluster: 'target' });
    await using role = await createRole(target.url);
    await runSql(target.url, `alter database "${target.name}" owner to "${role.name}"`);
    await runSql(
      source.url,
      `create function f() returns text language sql as $$ select '
    LANGUAGE c' $$;
       create procedure p() language plpgsql as $$ begin perform 1; end $$;
       create type pair as (a int, b text);
       create function cast_it(pair) returns int language sql as 'select 1';
       create cast (pair as int) with function cast_it(pair);
       create text search dictionary d (template = simple); create text search configuration c (copy = simple)`,
    );
    await withHoldfast({ source: source.url, target: role.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { result, proof } = await holdfast.restore();
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true });
    });
    await runSql(target.url, `alter database "${target.name}" owner to postgres`);
  });
});

it('names a collation that the target’s operating system does not have', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await using target = await createDatabase({ cluster: 'target' });
  // One that this machine alone has, as another machine has others.
  await runSql(
    source.url,
    `insert into pg_collation select 99999, 'xx_XX.utf8', collnamespace, collowner, collprovider, collisdeterministic,
       collencoding, collcollate, collctype, colliculocale, collicurules, collversion from pg_collation where collname = 'C';
     create table public.names (name text collate pg_catalog."xx_XX.utf8", plain text collate "C")`,
  );
  await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    const { result } = await holdfast.restore();
    expect(result).toMatchObject({ exitCode: 3, error: { code: 'preflight_collation' } });
    expect(result.error?.message).toContain('collation xx_XX.utf8');
  });
});

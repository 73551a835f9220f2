import { describe, expect, it } from 'vitest';
import { createZooRoles } from '#tests/fixtures/zoo/create-zoo-roles.ts';
import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase, ensureTemplate, testCluster } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type FinishedRun, type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** An empty target as people really prepare one: nothing in it, and yet not as `create database` leaves it. */
const prepared = `
create extension hstore;
create extension pg_trgm;
comment on schema public is 'where the app lives';
revoke all on schema public from public;
grant usage on schema public to zoo_reader;
grant all on schema public to zoo_writer with grant option;
alter schema public owner to zoo_owner;
alter default privileges grant select on tables to zoo_reader;
alter default privileges for role zoo_owner revoke execute on functions from public;
alter default privileges in schema public grant usage on sequences to zoo_writer`;

/** What few people make, and DROP has words of its own for. */
const rareObjects = `
create foreign data wrapper bare; create server far foreign data wrapper bare; create user mapping for postgres server far;
create access method other_heap type table handler heap_tableam_handler;
create text search parser shop.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template shop.plain (lexize = dsimple_lexize, init = dsimple_init);
create operator shop.=== (leftarg = int, rightarg = int, function = int4eq);
create operator family shop.numbers using btree;
create conversion shop.latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create cast (shop.state as int) with function hashenum(anyenum);
create statistics shop.few on customer, state from shop.orders;
create schema authorization zoo_owner; select lo_from_bytea(0, 'x');
create aggregate shop.total(int) (sfunc = int4pl, stype = int);
create procedure shop.nothing() language sql as '';
create table public.parted (id int not null) partition by list (id);
create table public.parted_1 partition of public.parted for values in (1)`;

async function preparedTemplate(): Promise<string> {
  for (const cluster of ['source', 'target'] as const) await createZooRoles(testCluster(cluster).url);
  return ensureTemplate({
    cluster: 'target',
    name: 'prepared',
    build: async (url) => {
      await runSql(url, prepared);
    },
  });
}

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

/** Backs `change`d data up, lets `spoil` do its worst, restores, and holds the target against what it was. */
async function expectUndone(options: {
  template: string;
  change?: string;
  prepare?: string;
  criticalQueries?: { name: string; sql: string }[];
  spoil?: (holdfast: Holdfast) => Promise<void>;
}): Promise<FinishedRun> {
  await using target = await createDatabase({ cluster: 'target', template: await preparedTemplate() });
  await using source = await createDatabase({ cluster: 'source', template: options.template });
  if (options.change !== undefined) await runSql(source.url, options.change);
  if (options.prepare !== undefined) await runSql(target.url, options.prepare);
  const before = await everything(target.url);
  const { criticalQueries } = options;
  const config = criticalQueries ? { connections: { source: { criticalQueries } } } : {};
  return await withHoldfast({ source: source.url, target: target.url, config }, async (holdfast) => {
    const backup = await holdfast.backup();
    expect(backup.result.error).toBeNull();
    await options.spoil?.(holdfast);
    const restore = await holdfast.restore();
    expect(await everything(target.url)).toEqual(before);
    expect(restore.result.timeline.map(({ slug }) => slug)).toContain('undo');
    return restore;
  });
}

describe('a failed restore leaves its target as it was', () => {
  it('when a statement before the rows fails', async () => {
    const change = 'create view shop.of_old as select buffers_backend from pg_stat_bgwriter';
    const { result } = await expectUndone({ template: await shopTemplate(), change });
    expect(result).toMatchObject({ status: 'failed', exitCode: 1, error: { code: 'sqlstate_42703' } });
    expect(result.error?.message).toMatch(/^view shop\.of_old: column "buffers_backend" does not exist/);
  });

  it('when a chunk of rows is damaged', async () => {
    const spoil = async (holdfast: Holdfast) =>
      damages['one flipped bit'](await findChunk(holdfast, { name: 'prices' }));
    const { result } = await expectUndone({ template: await shopTemplate(), spoil });
    expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { name: 'DamagedError' } });
    expect(result.error?.message).toMatch(/chunks\/.* in file:.*table shop\.prices/);
  });

  it('when a statement after the rows fails', async () => {
    const change = `create function shop.fussy(bigint) returns bigint immutable language plpgsql as $$ begin
        if current_setting('server_version_num')::int >= 170000 then raise exception 'not on this server'; end if;
        return $1; end $$;
      create index fussy on shop.orders (shop.fussy(id));
      ${rareObjects}`;
    const { result } = await expectUndone({ template: await shopTemplate(), change });
    expect(result).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(result.error?.message).toMatch(/^index shop\.fussy: not on this server/);
  });

  it('when the proof of the whole zoo fails, and says which answer was another one', async () => {
    // The zoo has its own in another schema.
    const prepare = 'drop extension hstore; drop extension pg_trgm';
    const criticalQueries = [{ name: 'version', sql: `select current_setting('server_version_num')::int / 10000` }];
    const { result, proof } = await expectUndone({ template: await zooTemplate(), criticalQueries, prepare });
    expect(proof).toMatchObject({ passed: false });
    expect(result).toMatchObject({ status: 'proof-failed', exitCode: 4, error: { code: 'proof_failed' } });
    expect(result.error?.message).toBe('The proof failed: query "version", query: expected 16, found 18');
  });

  it('and does not touch a database that another restore has taken in the meantime', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using target = await createDatabase({ cluster: 'target' });
    await withHoldfast({ source: source.url, target: target.url }, async (holdfast) => {
      await holdfast.backup();
      // Who makes a ledger holds this lock until it is there: the preflight of the second one has passed by then.
      await withClient(target.url, async (other) => {
        await other.query(`begin; select pg_advisory_xact_lock(hashtext('holdfast.ledger'))`);
        const restore = await holdfast.start({
          name: 'holdfast/restore.requested',
          data: { backup: 'latest', to: 'target' },
        });
        await untilWaiting(target.url);
        await other.query(`create schema holdfast; create table holdfast.ledger (run_id text, item text,
          committed_at timestamptz default now(), primary key (run_id, item));
          insert into holdfast.ledger values ('20261121T000000Z-abcdef', 'begin'); create table precious as select 1; commit`);
        const { result } = await restore.finished;
        expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'restore_in_progress' } });
        expect(result.error?.message).toContain('20261121T000000Z-abcdef');
      });
    });
    expect(await runSql(target.url, 'select * from precious')).toHaveLength(1);
    expect(await runSql(target.url, 'select item from holdfast.ledger')).toEqual([{ item: 'begin' }]);
  });
});

async function untilWaiting(url: string): Promise<void> {
  for (;;) {
    const waiting = await runSql(
      url,
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

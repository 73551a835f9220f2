import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { discardRecovery } from '#lib/recovery/discard-recovery.ts';
import { findOfferedSchema } from '#lib/recovery/find-offered-schema.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { markUndone } from '#lib/recovery/undone-store.ts';
import { letGo, listKept } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { leaveSideSchema } from '#tests/support/leave-side-schema.ts';
import { recoverTables } from '#tests/support/recover.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const schemas = `select nspname from pg_namespace where nspname in ('side', 'other') order by 1`;

it('a discard drops the side schema of a recovery, and nothing that others have put into it', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key); insert into players values (1), (2)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    await holdfast.backup();
    const failed = await recoverTables(holdfast, ['players'], { schema: 'pg_side' });
    expect(failed.result.status).toBe('refused');
    const nothing = await holdfast.run('discard', { run: failed.id });
    expect(nothing.result).toMatchObject({ status: 'refused', error: { code: 'nothing_put_aside' } });

    const recovered = await recoverTables(holdfast, ['players']);
    expect(recovered.result.status).toBe('completed');
    await runSql(
      source.url,
      `create function side.mine() returns int language sql as 'select 1'; create view public.best as select * from side.players;
       create table public.drafts (player side.players, of int references side.players)`,
    );
    const kept = await holdfast.run('discard', { run: recovered.id });
    expect(kept.result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'side_schema_left' } });
    expect(kept.result.error?.message).toMatch(
      /others use it: column player of table public\.drafts, constraint drafts_of_fkey on table public\.drafts, function side\.mine\(\), view public\.best$/,
    );
    expect(await runSql(source.url, 'select count(*) from best')).toEqual([{ count: '2' }]);

    // Nothing that stands in the way, and none of the tables goes before it is known that all can go.
    await runSql(source.url, 'drop view best; drop table drafts');
    const still = await holdfast.run('discard', { run: recovered.id });
    expect(still.result).toMatchObject({ status: 'refused', error: { code: 'side_schema_left' } });
    expect(await runSql(source.url, 'select count(*) from side.players')).toEqual([{ count: '2' }]);

    await runSql(source.url, 'drop function side.mine()');
    const dropped = await holdfast.run('discard', { run: recovered.id });
    expect(dropped.result).toMatchObject({
      ...{ status: 'completed', run: { target: 'source' } },
      outcome: { discarded: recovered.id, sideSchema: 'side' },
    });
    expect(await runSql(source.url, schemas)).toEqual([]);
    const again = await holdfast.run('discard', { run: recovered.id });
    expect(again.result).toMatchObject({ status: 'refused', error: { code: 'already_discarded' } });

    // A schema of the name that is somebody else's by now is left alone.
    const other = await recoverTables(holdfast, ['players'], { schema: 'other' });
    await runSql(source.url, 'drop schema other cascade; create schema other; create table other.players (id int)');
    await holdfast.run('discard', { run: other.id });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'other' }]);
    expect(await runSql(source.url, 'select count(*) from other.players')).toEqual([{ count: '0' }]);
    expect(await runSql(source.url, 'select count(*) from players')).toEqual([{ count: '2' }]);
  });
});

it('what belongs to a recovered table goes with it: an index, a policy, a trigger, a sequence of its own', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key); insert into players values (1), (2)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    await holdfast.backup();
    const recovered = await recoverTables(holdfast, ['players']);
    await runSql(
      source.url,
      `create index on side.players ((id + 1));
       alter table side.players add column n int generated always as identity, add check (id > 0);
       alter table side.players enable row level security;
       create policy own on side.players using (id > 1);
       create function public.same() returns trigger language plpgsql as 'begin return new; end';
       create trigger same before insert on side.players for each row when (new.id > 1) execute function public.same()`,
    );
    const dropped = await holdfast.run('discard', { run: recovered.id });
    expect(dropped.result.error).toBeNull();
    expect(await runSql(source.url, schemas)).toEqual([]);
  });
});

it('a discard whose step runs twice answers the same, and another one is refused', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    await holdfast.backup();
    const { result } = await recoverTables(holdfast, ['players']);
    const workspace = await holdfast.workspace();
    const by = '20261121T000000Z-aaaaaa';
    const first = await discardRecovery(workspace, result.run, { by });
    expect(await discardRecovery(workspace, result.run, { by })).toEqual(first);
    const other = discardRecovery(workspace, result.run, { by: '20261121T000000Z-bbbbbb' });
    await expect(other).rejects.toMatchObject({ code: 'already_discarded' });
  });
});

it('a discard of a failed recovery takes away what its undo has left', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key); insert into players values (1), (2)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    const { repository } = holdfast;
    await holdfast.backup();
    const { run } = await leaveSideSchema(await holdfast.workspace());
    const result = (await readResult(repository, run.id)) ?? null;
    expect(await findOfferedSchema(repository, { run, result })).toMatchObject({ schema: 'side' });

    const refused = await recoverTables(holdfast, ['players'], { schema: 'other' });
    expect(refused.result.error).toMatchObject({ code: 'preflight_no_other_run' });
    expect(refused.result.error?.hint).toContain(`\`holdfast discard ${run.id}\``);

    expect((await holdfast.run('discard', { run: run.id })).result.error).toBeNull();
    expect(await listKept(repository)).toEqual([]);
    expect(await findOfferedSchema(repository, { run, result })).toBeNull();
    const again = await holdfast.run('discard', { run: run.id });
    expect(again.result).toMatchObject({ status: 'refused', error: { code: 'already_discarded' } });
    const other = await recoverTables(holdfast, ['players'], { schema: 'other' });
    expect(other.result.error).toBeNull();
    expect(await findOfferedSchema(repository, { run: other.result.run, result: other.result })).toMatchObject({
      schema: 'other',
    });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'other' }]);
  });
});

it('a schema that was made after its recovery was taken back, and has no mark, is found by a discard', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    const { repository } = holdfast;
    await holdfast.backup();
    const { run } = await leaveSideSchema(await holdfast.workspace());
    await letGo(repository, { run: run.id, what: 'side-schema' });
    await markUndone(repository, run.id);
    expect((await holdfast.run('sweep', {})).result.outcome).toMatchObject({ actions: [] });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'side' }]);
    expect((await holdfast.run('discard', { run: run.id })).result.error).toBeNull();
    expect(await runSql(source.url, schemas)).toEqual([]);
  });
});

it('an attempt that comes late takes back what one before it has made, but nothing of a good recovery', async () => {
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key)');
  await withHoldfast({ source: source.url }, async (holdfast) => {
    const { repository } = holdfast;
    await holdfast.backup();
    const { run, prepare } = await leaveSideSchema(await holdfast.workspace());
    await letGo(repository, { run: run.id, what: 'side-schema' });
    await expect(prepare()).rejects.toMatchObject({ code: 'run_ended' });
    expect(await runSql(source.url, schemas)).toEqual([]);
    expect(await listKept(repository)).toEqual([]);

    const good = await recoverTables(holdfast, ['players']);
    const target = findConnection((await holdfast.workspace()).config, 'source');
    const plan = await readRecoveryPlan(repository, good.id);
    const late = prepareRecovery(good.id, { plan, target, repository, lockTimeoutMs: 1_000 });
    await expect(late).rejects.toMatchObject({ code: 'run_ended' });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'side' }]);
    expect(await findOfferedSchema(repository, { run: good.result.run, result: good.result })).not.toBeNull();
  });
});

it('a sweep tells what only a person can take away, and fails not for it; a discard gives it up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-given-up-'));
  await using source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players (id int primary key)');
  const repository = join(folder, 'repository');
  const left = async (holdfast: Holdfast): Promise<unknown> => {
    const { result } = await holdfast.run('sweep', {});
    expect(result).toMatchObject({ status: 'completed', exitCode: 0, outcome: { failures: [] } });
    return result.outcome;
  };
  try {
    const run = await withHoldfast({ source: source.url, repository }, async (holdfast) => {
      await holdfast.backup();
      const { run } = await leaveSideSchema(await holdfast.workspace());
      await runSql(source.url, 'create view public.best as select * from side.players');
      expect(await left(holdfast)).toMatchObject({ left: [expect.stringMatching(/others use it: view public\.best/)] });
      return run;
    });
    await withHoldfast({ repository }, async (holdfast) => {
      expect(await left(holdfast)).toMatchObject({ left: [expect.stringMatching(/There is no connection "source"/)] });
      const givenUp = await holdfast.run('discard', { run: run.id });
      expect(givenUp.result).toMatchObject({
        ...{ status: 'completed', error: null },
        outcome: { discarded: run.id, givenUp: 'side' },
      });
      expect(await listKept(holdfast.repository)).toEqual([]);
      expect(await left(holdfast)).toMatchObject({ actions: [], left: [] });
    });
    expect(await runSql(source.url, schemas)).toEqual([{ nspname: 'side' }]);
    // The connection is back: what was given up can still be discarded.
    await withHoldfast({ source: source.url, repository }, async (holdfast) => {
      await runSql(source.url, 'drop view best');
      expect((await holdfast.run('discard', { run: run.id })).result.error).toBeNull();
    });
    expect(await runSql(source.url, schemas)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

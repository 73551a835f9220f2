import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { bareConnection } from '#lib/config/bare-connection.ts';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { planCutover } from '#lib/cutover/plan-cutover.ts';
import { readTargetFacts } from '#lib/cutover/read-target-facts.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { startCluster } from '#tests/support/postgres-cluster.ts';
import { openSwapPlace, type SwapPlace } from '#tests/support/swap-place.ts';
import { testCluster, urlOfDatabase } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { startTransactionPooler } from '#tests/support/transaction-pooler.ts';
import { runSql } from '#tests/support/with-client.ts';

const { url } = testCluster('target');

/** What the preflight would say of the place's target, seen as the role of `as`. */
async function choose(place: SwapPlace, as: string) {
  const { href } = new URL(urlOfDatabase(as, { database: place.live }));
  const facts = await readTargetFacts(bareConnection('target', href));
  const wishes = { runId: '20261121T014500Z-x7k2qd', target: 'target', replace: false, neon: undefined, facts };
  const { cutover, checks } = planCutover({ ...wishes, requested: undefined });
  const failed = checks.filter(({ passed }) => !passed);
  return { cutover, checks, failed };
}

describe('a target that cannot be swapped', () => {
  it('is refused for want of a right, with the statement that gives it', async () => {
    await using role = await createRole(url);
    await using owner = await createRole(url, { attributes: 'createdb' });
    await using place = await openSwapPlace(url, { as: owner.url });
    const live = pg.escapeIdentifier(place.live);
    const stranger = await choose(place, role.url);
    expect(stranger.cutover).toBeUndefined();
    expect(stranger.failed).toMatchObject([
      { name: 'cut-over', hint: expect.stringContaining(`alter role "${role.name}" createdb;`) },
    ]);
    expect(stranger.failed[0]?.hint).toContain('--replace');
    expect(stranger.failed[0]?.detail).toContain('the database holds 1 objects, first table public.content');

    await runSql(url, `alter role ${role.name} createdb`);
    expect((await choose(place, role.url)).failed[0]?.hint).toContain(
      `alter database ${live} owner to "${role.name}";`,
    );

    await runSql(url, `grant ${owner.name} to ${role.name} with set false`);
    expect((await choose(place, role.url)).failed[0]?.hint).toContain(
      `grant "${owner.name}" to "${role.name}" with set true;`,
    );

    await runSql(url, `grant ${owner.name} to ${role.name} with set true`);
    const member = await choose(place, role.url);
    expect(member.failed).toEqual([]);
    expect(member.cutover).toMatchObject({
      because: `role ${role.name} can create databases`,
      details: { strategy: 'database-swap', maintenance: 'postgres' },
    });
  });

  it('is told of the clients that the cut-over will end', async () => {
    await using place = await openSwapPlace(url);
    await using _first = await openGuest(place.urlOf(place.live));
    await using _second = await openGuest(place.urlOf(place.live));
    const { checks } = await choose(place, url);
    expect(checks.find(({ name }) => name === 'live connections')).toMatchObject({
      passed: true,
      detail: '2 will be disconnected by the cut-over: 2 of guest',
    });
  });

  it('is refused behind a pooler in transaction mode, whatever else is wrong', async () => {
    await using place = await openSwapPlace(url);
    await using pooler = await startTransactionPooler(place.urlOf(place.live));
    const { failed } = await choose(place, pooler.url);
    expect(failed[0]).toMatchObject({ name: 'direct endpoint', detail: 'it is a pooler in transaction mode' });
  });

  it('takes another maintenance database where the role may not connect to postgres', async () => {
    await using cluster = await startCluster({ major: 16 });
    await using role = await createRole(cluster.url, { attributes: 'createdb' });
    await using place = await openSwapPlace(cluster.url, { as: role.url });
    await runSql(cluster.url, 'revoke connect on database postgres from public');
    const cutover = await place.stage(await place.plan());
    expect(cutover.details.maintenance).toBe('template1');
    // And yet another one where that is gone by the time of the swap.
    await runSql(cluster.url, 'revoke connect on database template1 from public');
    await runSql(cluster.url, 'create database spare');
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
  });

  it('is refused while replication hangs on it', async () => {
    await using place = await openSwapPlace(url);
    const live = place.urlOf(place.live);
    await runSql(live, `select pg_create_logical_replication_slot('news', 'pgoutput')`);
    await runSql(live, `create subscription follower connection 'host=nowhere' publication p with (connect = false)`);
    const { failed } = await choose(place, url);
    expect(failed).toMatchObject([
      { name: 'replication', detail: expect.stringContaining('slot news, subscription follower') },
    ]);
    await runSql(live, `alter subscription follower set (slot_name = none)`);
    await runSql(live, `drop subscription follower`);
    await runSql(live, `select pg_drop_replication_slot('news')`);
  });
});

describe('a swap that cannot be done', () => {
  it('names the prepared transaction, before anybody is interrupted', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    await using guest = await openGuest(place.urlOf(place.live));
    const live = place.urlOf(place.live);
    await runSql(live, `begin; insert into content values (-1, 'p'); prepare transaction 'order 66'`);
    expect((await choose(place, url)).failed).toMatchObject([{ name: 'prepared transactions' }]);
    const refused = databaseSwap.cutOver(place.workspace, cutover);
    await expect(refused).rejects.toThrow(/it holds the prepared transaction order 66/);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(guest.client.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
    await runSql(live, `rollback prepared 'order 66'`);
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
  });

  it('names the session that the role may not end, before anybody is interrupted', async () => {
    await using role = await createRole(url, { attributes: 'createdb' });
    await using place = await openSwapPlace(url, { as: role.url });
    const cutover = await place.stage(await place.plan());
    await using guest = await openGuest(place.urlOf(place.live));
    const { checks } = await choose(place, role.url);
    expect(checks.find(({ name }) => name === 'live connections')?.detail).toContain(`${role.name} may not end them`);
    const refused = databaseSwap.cutOver(place.workspace, cutover);
    await expect(refused).rejects.toThrow(`session ${guest.pid} of role postgres (guest) may not be ended`);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(guest.client.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
    await guest.client.end();
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
  });

  it('names who holds the database’s lock, and can be done later', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    await using guest = await openGuest(url, `begin; comment on database ${pg.escapeIdentifier(place.live)} is 'mine'`);
    const busy = databaseSwap.cutOver(place.workspace, cutover);
    await expect(busy).rejects.toThrow(`session ${guest.pid} of role postgres (guest) holds its lock`);
    await expect(busy).rejects.toThrow(UnavailableError);
    expect(await place.content(place.live)).toBe('old');
    await guest.client.query('rollback');
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
  });

  it('names the client that does not leave, and has changed nothing', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    await using guest = await openGuest(place.urlOf(place.live));
    // A process that hangs in the kernel hears no signal.
    process.kill(Number(guest.pid), 'SIGSTOP');
    try {
      const stuck = databaseSwap.cutOver(place.workspace, cutover);
      await expect(stuck).rejects.toThrow(`session ${guest.pid} of role postgres (guest) did not leave`);
      await expect(stuck).rejects.toThrow(UnavailableError);
      expect(await place.content(place.live)).toBe('old');
    } finally {
      process.kill(Number(guest.pid), 'SIGCONT');
    }
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
  });

  it('leaves everything as it was where a name that it needs is taken', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    await runSql(url, `create database ${pg.escapeIdentifier(cutover.details.before)}`);
    await expect(databaseSwap.cutOver(place.workspace, cutover)).rejects.toThrow(RefusedError);
    expect(await place.content(place.live)).toBe('old');
    expect(await place.content(cutover.details.staging)).toBe('new');
  });

  it('is refused where the target is another database than the plan knows', async () => {
    await using place = await openSwapPlace(url);
    const planned = await place.plan();
    const cutover = await place.stage(planned);
    const live = pg.escapeIdentifier(place.live);
    await runSql(url, `drop database ${live}`);
    await runSql(url, `create database ${live}`);
    await expect(databaseSwap.cutOver(place.workspace, cutover)).rejects.toThrow(/was replaced or renamed since/);
    await expect(databaseSwap.prepare(place.workspace, planned)).rejects.toThrow(/was replaced or renamed since/);
    expect(await place.databases()).toEqual([place.live, cutover.details.staging].sort());
  });

  it('is refused where staging is gone, and makes no other in its place', async () => {
    await using place = await openSwapPlace(url);
    const cutover = await place.stage(await place.plan());
    await databaseSwap.discard(place.workspace, cutover);
    await expect(databaseSwap.cutOver(place.workspace, cutover)).rejects.toThrow(/is gone or renamed/);
    await expect(databaseSwap.prepare(place.workspace, cutover)).rejects.toThrow(/was dropped/);
    expect(await place.databases()).toEqual([place.live]);
  });

  it('is refused by the server itself where the right was taken away since', async () => {
    await using role = await createRole(url, { attributes: 'createdb' });
    await using place = await openSwapPlace(url, { as: role.url });
    const cutover = await place.stage(await place.plan());
    await runSql(url, `alter role ${role.name} nocreatedb`);
    await expect(databaseSwap.cutOver(place.workspace, cutover)).rejects.toThrow(
      /permission denied to rename database/,
    );
    expect(await place.content(place.live)).toBe('old');
  });
});

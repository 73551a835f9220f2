import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { startCluster, startSystemCluster } from '#tests/support/postgres-cluster.ts';
import { openSwapPlace, type SwapCutover, type SwapPlace } from '#tests/support/swap-place.ts';
import { testCluster } from '#tests/support/test-database.ts';
import { createRole } from '#tests/support/test-role.ts';
import { watchDatabase } from '#tests/support/watch-database.ts';
import { runSql } from '#tests/support/with-client.ts';

/** Swaps while clients come and go, and looks at what they saw. */
async function swapUnderWatch(place: SwapPlace): Promise<SwapCutover> {
  const cutover = await place.stage(await place.plan());
  const watches = [0, 1, 2].map(() => watchDatabase(place.urlOf(place.live), { everyMs: 10 }));
  await Promise.all(watches.map((watch) => watch.untilSeen(5)));
  const facts = await databaseSwap.cutOver(place.workspace, cutover);
  await Promise.all(watches.map((watch) => watch.untilSeen(5)));
  for (const watch of watches) {
    const seen = (await watch.stop()).flatMap(({ content }) => content ?? []);
    expect(new Set(seen)).toEqual(new Set(['old', 'new']));
    expect(seen.indexOf('new')).toBe(seen.lastIndexOf('old') + 1);
  }
  expect(facts).toMatchObject({ putAside: { database: cutover.details.before, host: null }, notes: [] });
  expect(facts.interruptionMs).toBeGreaterThan(0);
  expect(facts.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  expect(await place.content(place.live)).toBe('new');
  expect(await place.content(cutover.details.before)).toBe('old');
  return cutover;
}

describe('a swap under clients', () => {
  it.each(['source', 'target'] as const)(
    'shows the whole old content, then the whole new, on the %s server',
    async (name) => {
      await using place = await openSwapPlace(testCluster(name).url);
      await swapUnderWatch(place);
    },
  );

  it('does so on PostgreSQL 15, where the machine has it', async ({ skip }) => {
    await using cluster = await startSystemCluster({ major: 15 });
    if (cluster === undefined) return skip('PostgreSQL 15 is not installed here');
    await using place = await openSwapPlace(cluster.url);
    await swapUnderWatch(place);
  });

  it('does so for an owner with CREATEDB who is no superuser', async () => {
    const { url } = testCluster('target');
    await using role = await createRole(url, { attributes: 'createdb' });
    await using place = await openSwapPlace(url, { as: role.url });
    const cutover = await swapUnderWatch(place);
    await databaseSwap.rollBack(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('old');
    await databaseSwap.discard(place.workspace, cutover);
    expect(await place.databases()).toEqual([place.live]);
  });

  it('ends idle clients, busy ones, and ones in a transaction, whose work is not committed', async () => {
    await using place = await openSwapPlace(testCluster('target').url);
    const cutover = await place.stage(await place.plan());
    const live = place.urlOf(place.live);
    const guests = [
      await openGuest(live),
      await openGuest(live, 'listen news'),
      await openGuest(live, `begin; update content set version = 'lost'; lock table content`),
      await openGuest(live, 'begin isolation level serializable; select * from pg_class'),
      await openGuest(place.urlOf(cutover.details.staging)),
    ];
    const busy = await openGuest(live);
    const cut = busy.client.query('select pg_sleep(600)').catch((cause: unknown) => cause);
    expect((await databaseSwap.cutOver(place.workspace, cutover)).interruptionMs).not.toBeNull();
    for (const guest of guests) expect(String(await guest.ended)).toMatch(/terminat/);
    expect(String(await cut)).toMatch(/terminat/);
    expect(await place.content(place.live)).toBe('new');
    expect(await place.content(cutover.details.before)).toBe('old');
  });

  it.each([true, false])('does not wait for autovacuum to finish (superuser: %s)', async (superuser) => {
    await using cluster = await startCluster({
      major: 18,
      settings: { autovacuum_naptime: '1', autovacuum_vacuum_cost_delay: '100', autovacuum_vacuum_cost_limit: '1' },
    });
    await using role = await createRole(cluster.url, { attributes: 'createdb' });
    await using place = await openSwapPlace(cluster.url, superuser ? {} : { as: role.url });
    const live = place.urlOf(place.live);
    await runSql(live, `create table worn as select n, repeat('x', 500) as t from generate_series(1, 20000) n`);
    await runSql(live, `update worn set n = n + 1`);
    const worker = `select from pg_stat_activity where backend_type = 'autovacuum worker' and datname = '${place.live}'`;
    const cutover = await place.stage(await place.plan());
    while ((await runSql(cluster.url, worker)).length === 0) await sleep(50);
    expect((await databaseSwap.cutOver(place.workspace, cutover)).interruptionMs).not.toBeNull();
    expect(await place.content(place.live)).toBe('new');
  });

  it.each([
    ['quotes', 'it\'s "the" \\shop%20/?#&='],
    ['spaces and capitals', 'My Shop '],
    ['letters of several bytes', 'Läden🐘数据库'],
    ['63 bytes', 'x'.repeat(63)],
    ['63 bytes of several each', `${'数据'.repeat(10)}数`],
  ])('takes names with %s, there and back and away', async (_what, base) => {
    await using place = await openSwapPlace(testCluster('source').url, { live: base });
    const cutover = await place.stage(await place.plan());
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('new');
    expect(await place.content(cutover.details.before)).toBe('old');
    await databaseSwap.rollBack(place.workspace, cutover);
    expect(await place.content(place.live)).toBe('old');
    expect(await place.content(cutover.details.rolledBack)).toBe('new');
    await databaseSwap.discard(place.workspace, cutover);
    expect(await place.databases()).toEqual([place.live]);
  });
});

describe('a swap that is done already', () => {
  it('is not done again, and says so by having interrupted nobody', async () => {
    await using place = await openSwapPlace(testCluster('target').url);
    const cutover = await place.stage(await place.plan());
    const first = await databaseSwap.cutOver(place.workspace, cutover);
    await using guest = await openGuest(place.urlOf(place.live));
    const second = await databaseSwap.cutOver(place.workspace, cutover);
    expect(second).toEqual({ ...first, interruptionMs: null, lsn: null });
    await expect(guest.client.query('select 1')).resolves.toMatchObject({ rowCount: 1 });
  });

  it('is done once where several attempts come at once', async () => {
    await using place = await openSwapPlace(testCluster('target').url);
    const cutover = await place.stage(await place.plan());
    const attempts = await Promise.all([0, 1, 2, 3].map(() => databaseSwap.cutOver(place.workspace, cutover)));
    expect(attempts.filter(({ interruptionMs }) => interruptionMs !== null)).toHaveLength(1);
    expect(new Set(attempts.map(({ putAside }) => putAside?.database))).toEqual(new Set([cutover.details.before]));
    expect(await place.content(place.live)).toBe('new');
  });

  it('makes one staging database where several attempts come at once', async () => {
    await using place = await openSwapPlace(testCluster('source').url);
    const cutover = await place.plan();
    const prepared = await Promise.all([0, 1, 2].map(() => databaseSwap.prepare(place.workspace, cutover)));
    expect(new Set(prepared.map(({ details }) => details.stagingOid)).size).toBe(1);
    const again = await databaseSwap.prepare(place.workspace, {
      ...cutover,
      details: prepared[0]?.details ?? cutover.details,
    });
    expect(again).toEqual(prepared[0]);
    expect(await place.databases()).toEqual([place.live, cutover.details.staging].sort());
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseSwap } from '#lib/cutover/database-swap/database-swap.ts';
import { errnoOf } from '#lib/errors/errno-of.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { openGuest } from '#tests/support/guest-client.ts';
import { type PostgresCluster, startCluster } from '#tests/support/postgres-cluster.ts';
import { openSwapPlace, type SwapCutover, type SwapPlace } from '#tests/support/swap-place.ts';
import { startSwap } from '#tests/support/swap-process.ts';
import { watchDatabase } from '#tests/support/watch-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

const rounds = 36;
const seed = 20_261_121;
/** What a client may hear while the name changes hands: ended by the swap, or came while the name was locked. */
const expectedCodes = ['57P01', '3D000'];

let cluster: PostgresCluster;
beforeAll(async () => {
  // Its own: holdfast's sessions of other tests must not be hit. What is committed must outlive the server's processes.
  cluster = await startCluster({ major: 18, settings: { synchronous_commit: 'on' } });
});
afterAll(() => cluster.stop());

/** mulberry32: the same blows in every run. */
function random(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const holders = `select l.pid from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'object' and l.classid = 'pg_database'::regclass and l.mode = 'AccessExclusiveLock' and l.granted
    and a.application_name = 'holdfast'`;

/** Until the transaction of a swap has locked `count` databases (staging first, then the live one). */
async function untilLocked(count: number, { unless }: { unless: () => boolean }): Promise<void> {
  await withClient(cluster.url, async (client) => {
    while (!unless() && (await client.query(holders)).rows.length < count) await sleep(1);
  });
}

/** Until no session of a swap is left on the server. */
async function untilAlone(): Promise<void> {
  const ours = `select from pg_stat_activity where application_name = 'holdfast'`;
  while ((await runSql(cluster.url, ours)).length > 0) await sleep(10);
}

/** What a client that tries until it gets in sees, and what it was told before. */
async function enter(place: SwapPlace): Promise<{ content: string; codes: string[] }> {
  const watch = watchDatabase(place.urlOf(place.live), { everyMs: 5 });
  // Where nothing has the name, it stays so.
  await Promise.race([watch.untilSeen(1), sleep(20_000)]);
  const sights = await watch.stop();
  const content = sights.find((sight) => sight.content !== undefined)?.content ?? '';
  return { content, codes: sights.flatMap(({ code }) => code ?? []) };
}

/** Exactly the old or the new database has the name, the other one lies beside it whole, and nothing else is there. */
async function expectWhole(place: SwapPlace, cutover: SwapCutover, [old, next]: [string, string]): Promise<string> {
  const { live, staging, before } = cutover.details;
  const content = await place.content(live);
  const beside = content === next ? before : staging;
  expect(await place.databases()).toEqual([live, beside].sort());
  expect([content, await place.content(beside)].sort()).toEqual([old, next].sort());
  return content;
}

describe('a kill at any moment', () => {
  it(`leaves the old or the new database under its name (${rounds} kills of the process, seed ${seed})`, async () => {
    const next = random(seed);
    await using place = await openSwapPlace(cluster.url);
    const { config, repository } = place.workspace;
    const task = { url: config.connections.get('production')?.url ?? '', repository: repository.location };
    const left = { old: 0, new: 0 };
    let durationMs = 400;
    let content = 'old';
    for (let round = 0; round < rounds; round++) {
      const coming = `v${round}`;
      const cutover = await place.stage(await place.plan(), coming);
      // Clients make the lock last: the server looks every 100 ms whether they have gone.
      const guests = await Promise.all([0, 1, 2, 3].map(() => openGuest(place.urlOf(place.live))));
      const { child, ended } = await startSwap({ ...task, verb: 'cutOver', cutover });
      const startedAt = performance.now();
      // The first is let through, to learn how long it takes; of the others every third is hit behind the lock.
      if (round > 0) {
        if (round % 3 === 0) await untilLocked(2, { unless: () => child.exitCode !== null });
        await sleep(next() * (round % 3 === 0 ? 150 : durationMs * 1.1));
        child.kill('SIGKILL');
      }
      const status = await ended;
      if (round === 0) durationMs = performance.now() - startedAt;
      const seen = await enter(place);
      expect([content, coming]).toContain(seen.content);
      expect(seen.codes.filter((code) => !expectedCodes.includes(code))).toEqual([]);
      await untilAlone();
      const found = await expectWhole(place, cutover, [content, coming]);
      if (seen.content === coming || status === 0) expect(found).toBe(coming);
      left[found === coming ? 'new' : 'old'] += 1;

      const facts = await databaseSwap.cutOver(place.workspace, cutover);
      expect(facts.interruptionMs === null).toBe(found === coming);
      expect(await expectWhole(place, cutover, [content, coming])).toBe(coming);
      for (const guest of guests) await guest[Symbol.asyncDispose]();
      await databaseSwap.discard(place.workspace, cutover);
      expect(await place.databases()).toEqual([place.live]);
      content = coming;
    }
    // Blows before and after the commit were both among them, else they prove nothing.
    expect(Math.min(left.old, left.new)).toBeGreaterThan(0);
  }, 600_000);

  it('leaves a rollback undone or done', async () => {
    const next = random(seed + 1);
    await using place = await openSwapPlace(cluster.url);
    const { config, repository } = place.workspace;
    const task = { url: config.connections.get('production')?.url ?? '', repository: repository.location };
    for (let round = 0; round < 8; round++) {
      const cutover = await place.stage(await place.plan());
      await databaseSwap.cutOver(place.workspace, cutover);
      await using _ = await openGuest(place.urlOf(place.live));
      const { child, ended } = await startSwap({ ...task, verb: 'rollBack', cutover });
      await untilLocked(2, { unless: () => child.exitCode !== null });
      await sleep(next() * 150);
      child.kill('SIGKILL');
      await ended;
      const seen = await enter(place);
      expect(['old', 'new']).toContain(seen.content);
      expect(seen.codes.filter((code) => !expectedCodes.includes(code))).toEqual([]);
      await databaseSwap.rollBack(place.workspace, cutover);
      expect(await place.content(place.live)).toBe('old');
      expect(await place.content(cutover.details.rolledBack)).toBe('new');
      await databaseSwap.discard(place.workspace, cutover);
      expect(await place.databases()).toEqual([place.live]);
    }
  });

  it('gives the name back by itself where the process hangs behind the lock', async () => {
    await using place = await openSwapPlace(cluster.url);
    const { config, repository } = place.workspace;
    const task = { url: config.connections.get('production')?.url ?? '', repository: repository.location };
    const cutover = await place.stage(await place.plan());
    await using _ = await openGuest(place.urlOf(place.live));
    const { child, ended } = await startSwap({ ...task, verb: 'cutOver', cutover });
    await untilLocked(2, { unless: () => child.exitCode !== null });
    child.kill('SIGSTOP');
    const seen = await enter(place);
    expect(seen.content).toBe('old');
    child.kill('SIGCONT');
    await ended;
    await databaseSwap.cutOver(place.workspace, cutover);
    expect(await expectWhole(place, cutover, ['old', 'new'])).toBe('new');
  });
});

/** A session may have ended since it was looked for. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (errnoOf(cause) !== 'ESRCH') throw cause;
  }
}

describe('a session that is lost at any moment', () => {
  it.each([
    ['ended by an administrator', 24, `select pg_terminate_backend(pid)`],
    ['lost with the server', 6, 'select pid'],
  ])(
    'leaves the old or the new database under its name: %s',
    async (_what, times, blow) => {
      const next = random(seed + 2);
      await using place = await openSwapPlace(cluster.url);
      let content = 'old';
      let survived = 0;
      for (let round = 0; round < times; round++) {
        const coming = `v${round}`;
        const cutover = await place.stage(await place.plan(), coming);
        const guests = await Promise.all([0, 1].map(() => openGuest(place.urlOf(place.live))));
        const attempt = databaseSwap.cutOver(place.workspace, cutover).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        let over = false;
        void attempt.then(() => {
          over = true;
        });
        if (round % 2 === 0) await untilLocked(2, { unless: () => over });
        await sleep(next() * 150);
        // One of the two: the one that renames, or the one that ends clients.
        const order = next() < 0.5 ? 'asc' : 'desc';
        const hit = await runSql(
          cluster.url,
          `${blow} from pg_stat_activity where application_name = 'holdfast' order by pid ${order} limit 1`,
        );
        const pid = hit[0]?.['pid'];
        if (pid !== undefined && pid !== null) killIfThere(Number(pid));
        const failure = await attempt;
        // Told as a thing that another attempt can cure, or not at all: the other session went on.
        if (failure === undefined) survived += 1;
        else expect(failure).toBeInstanceOf(UnavailableError);

        await enter(place);
        await untilAlone();
        const found = await expectWhole(place, cutover, [content, coming]);
        if (failure === undefined) expect(found).toBe(coming);
        await databaseSwap.cutOver(place.workspace, cutover);
        expect(await expectWhole(place, cutover, [content, coming])).toBe(coming);
        for (const guest of guests) await guest[Symbol.asyncDispose]();
        await databaseSwap.discard(place.workspace, cutover);
        content = coming;
      }
      expect(survived).toBeLessThan(times);
    },
    300_000,
  );
});

import { describe, expect, it } from 'vitest';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { type NeonControlPlane, startNeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const confirmed = { from: 'source', confirm: 'target' };

/** A backup of the shop at hand, and a target on Neon that serves notes. */
async function withNeonTarget(
  use: (place: { holdfast: Holdfast; plane: NeonControlPlane; url: string }) => Promise<void>,
  options: Parameters<typeof startNeonControlPlane>[0] = {},
): Promise<void> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await using plane = await startNeonControlPlane(options);
  const url = plane.urlOf('shop');
  await runSql(url, `create table notes (body text); insert into notes values ('lived')`);
  const config = { connections: { target: { neon: { project: plane.project } } } };
  await withHoldfast({ source: source.url, target: url, config, environment: plane.environment }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    await use({ holdfast, plane, url });
  });
}

function names(plane: NeonControlPlane): string[] {
  return plane.branches().map(({ name }) => name);
}

describe('a restore to Neon', () => {
  it('goes live by a branch restore, comes back, and is discarded', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const before = await dumpDatabase(url);
      const { id, result, proof } = await holdfast.restore(confirmed);
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true, level: 'content' });
      const cutover = await readCutover(holdfast.repository, id);
      expect(cutover).toMatchObject({
        ...{ state: 'live', because: 'the target is branch main of the Neon project holdfast-tests-000001', notes: [] },
      });
      expect(cutover?.interruptionMs).toBeGreaterThan(0);
      expect(await runSql(url, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
      await runSql(url, `insert into shop.prices values ('written since', 7)`);

      expect((await holdfast.run('rollback', { run: id })).result.error).toBeNull();
      expect(await dumpDatabase(url)).toEqual(before);
      const aside = plane.urlOf('shop', `holdfast-rolled-back-${id}`);
      expect(await runSql(aside, `select count(*) from shop.prices where sku = 'written since'`)).toEqual([
        { count: '1' },
      ]);

      expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
      expect(names(plane).sort()).toEqual([`holdfast-emptied-before-${id}`, 'main']);
      expect(await dumpDatabase(url)).toEqual(before);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('is drilled in a branch that is gone afterwards, with its recovery measured', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const { result } = await holdfast.run('drill', { connection: 'source', to: 'target' });
      expect(result).toMatchObject({ status: 'completed', outcome: { on: 'beside connection target' } });
      expect(result.outcome).toMatchObject({ recoveryMs: expect.any(Number) });
      expect(names(plane)).toEqual(['main']);
      expect(await runSql(url, 'select body from notes')).toEqual([{ body: 'lived' }]);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('leaves the copy in its branch where it is not to go live', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const { id, result } = await holdfast.restore({ ...confirmed, cutover: false });
      expect(result.error).toBeNull();
      const copy = plane.urlOf('shop', `holdfast-staging-${id}`);
      expect(await runSql(copy, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
      expect(await runSql(url, 'select body from notes')).toEqual([{ body: 'lived' }]);
    });
  });

  it.each([
    ['making the child branch', /POST .*\/branches$/],
    ['waiting for it', /GET .*\/operations\//],
    ['restoring the branch', /POST .*\/restore$/],
  ])('that Neon fails for good at %s leaves the target as it was, and no branch', async (_what, matching) => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const before = await dumpDatabase(url);
      plane.inject({ fault: { status: 422, message: 'no more of that' }, matching, times: 1 });
      const { id, result } = await holdfast.restore(confirmed);
      expect(result.error).toMatchObject({ code: 'neon_refused', message: expect.stringContaining('no more of that') });
      expect(await dumpDatabase(url)).toEqual(before);
      expect(names(plane)).toEqual(['main']);
      expect(await readCutover(holdfast.repository, id)).toMatchObject({ state: 'discarded' });
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('whose answers are lost on the way goes on by what it finds', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      for (const matching of [/POST .*\/branches$/, /POST .*\/restore$/, /POST .*\/endpoints$/, /DELETE .*endpoints/]) {
        plane.inject({ fault: 'lose-answer', matching });
      }
      plane.inject({ fault: { status: 423 }, matching: /GET/, times: 3, skip: 10 });
      const { id, result } = await holdfast.restore(confirmed);
      expect(result.error).toBeNull();
      expect(await runSql(url, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
      // Measured by nobody: the attempt that saw it did not hear of its end.
      const cutover = await readCutover(holdfast.repository, id);
      expect(cutover).toMatchObject({ state: 'live', interruptionMs: null, notes: [] });
      const aside = plane.branches().find(({ name }) => name === `holdfast-before-${id}`);
      expect(cutover?.putAside).toEqual({ database: null, host: aside?.host });
      expect(plane.requests.filter((request) => /POST .*\/restore$/.test(request))).toHaveLength(1);
      expect(names(plane)).toHaveLength(3);
    });
  });

  it('whose stored data is damaged leaves the target as it was, and no branch', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const before = await dumpDatabase(url);
      await damages['one flipped bit'](await findChunk(holdfast, { name: 'orders' }));
      const { result } = await holdfast.restore(confirmed);
      expect(result).toMatchObject({ status: 'failed', exitCode: 5 });
      expect(await dumpDatabase(url)).toEqual(before);
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('is refused where a branch may not hold the copy', async () => {
    await withNeonTarget(
      async ({ holdfast, plane }) => {
        const { result } = await holdfast.restore(confirmed);
        expect(result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(result.error?.message).toMatch(/a branch may hold 1 MB; about \d+(\.\d)? MB are to come/);
        expect(names(plane)).toEqual(['main']);
      },
      { branchLimitBytes: 1_000_000 },
    );
  });

  it('takes another way beside databases in use, and says why where it is not let', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      await runSql(plane.urlOf('postgres'), 'create database blog');
      await runSql(plane.urlOf('blog'), 'create table posts ()');
      const { id, result } = await holdfast.restore(confirmed);
      expect(result.error).toBeNull();
      expect(await readCutover(holdfast.repository, id)).toMatchObject({ details: { strategy: 'database-swap' } });
      expect(names(plane)).toEqual(['main']);
      const forced = await holdfast.restore({ ...confirmed, strategy: 'neon-branch', cutover: false });
      expect(await readCutover(holdfast.repository, forced.id)).toMatchObject({
        because: expect.stringContaining('its other databases move with it: blog'),
      });
      expect(await runSql(url, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
    });
  });

  it('goes over a WebSocket as well, to every branch', async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using plane = await startNeonControlPlane();
    await using proxy = await startWebSocketProxy({ servers: [], local: true });
    const url = plane.urlOf('shop');
    await runSql(url, `create table notes (body text); insert into notes values ('lived')`);
    const config = { connections: { target: { driver: 'websocket', neon: { project: plane.project } } } } as const;
    const environment = { ...plane.environment, HOLDFAST_NEON_WSPROXY: proxy.address };
    await withHoldfast({ source: source.url, target: url, config, environment }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const { id, result, proof } = await holdfast.restore(confirmed);
      expect(result.error).toBeNull();
      expect(proof).toMatchObject({ passed: true });
      expect(await runSql(url, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
      expect((await holdfast.run('rollback', { run: id })).result.error).toBeNull();
      expect(await runSql(url, 'select body from notes')).toEqual([{ body: 'lived' }]);
      // The target, the child branch, and what was put aside.
      expect(new Set(proxy.asked).size).toBeGreaterThanOrEqual(3);
      // What was backed up is on Neon now: its snapshot is a branch, read over the WebSocket.
      const backup = await holdfast.backup({ connection: 'target' });
      expect(backup.result).toMatchObject({
        error: null,
        outcome: { snapshotBranch: `holdfast-snapshot-${backup.id}` },
      });
      expect((await holdfast.run('discard', { run: id })).result.error).toBeNull();
      expect(names(plane).sort()).toEqual([`holdfast-emptied-before-${id}`, 'main']);
    });
  });

  it('is a transfer’s end as well', async () => {
    await withNeonTarget(async ({ holdfast, plane, url }) => {
      const transfer = { from: 'source', to: 'target', confirm: 'target' };
      const { result } = await holdfast.run('transfer', transfer);
      expect(result.error).toBeNull();
      expect(await runSql(url, 'select count(*) from shop.orders')).toEqual([{ count: '3000' }]);
      expect(names(plane)).toHaveLength(3);
    });
  });
});

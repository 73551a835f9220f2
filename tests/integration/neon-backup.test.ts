import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { releaseSnapshotBranch, takeSnapshotBranch } from '#lib/backup/snapshot-branch.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { type NeonControlPlane, startNeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type Holdfast, type HoldfastOptions, withHoldfast } from '#tests/support/workflow.ts';

const rows = 20_000;

async function startPlane(options: Parameters<typeof startNeonControlPlane>[0] = {}): Promise<NeonControlPlane> {
  const plane = await startNeonControlPlane({ major: 16, ...options });
  await runSql(
    plane.urlOf('shop'),
    `create table visits (id int primary key, note text);
     insert into visits select n, md5(n::text) from generate_series(1, ${rows}) n`,
  );
  return plane;
}

/** Holdfast whose connection `source` is on Neon. */
async function withNeonSource<T>(
  plane: NeonControlPlane,
  { target, environment, ...options }: HoldfastOptions,
  use: (holdfast: Holdfast) => Promise<T>,
): Promise<T> {
  const source = plane.urlOf('shop');
  return withHoldfast(
    {
      ...{ source, ...(target === undefined ? {} : { target }) },
      config: { lanes: 2, connections: { source: { neon: { project: plane.project } } }, ...options.config },
      environment: { ...plane.environment, ...environment },
    },
    use,
  );
}

function names(plane: NeonControlPlane): string[] {
  return plane.branches().map(({ name }) => name);
}

async function waitForBranch(plane: NeonControlPlane, name: string): Promise<void> {
  await waitFor(async () => names(plane).includes(name) || undefined);
  await plane.settled();
}

/** Until the branch's compute answers the critical query that takes its time. */
async function untilAsking(plane: NeonControlPlane, name: string): Promise<void> {
  const asking = `select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query like 'select pg_sleep(%'`;
  await waitFor(async () => (await runSql(plane.superuserUrlOf('shop', name), asking)).length || undefined);
}

describe('a backup of a source on Neon', () => {
  it('reads what the source held when its branch was made, and deletes the branch', async () => {
    await using plane = await startPlane();
    await using target = await createDatabase({ cluster: 'target' });
    await withNeonSource(plane, { target: target.url }, async (holdfast) => {
      let writing = true;
      let written = rows;
      const [{ id, result }] = await Promise.all([
        holdfast.backup().finally(() => {
          writing = false;
        }),
        withClient(plane.urlOf('shop'), async (client) => {
          while (writing) await client.query(`insert into visits values (${++written}, 'written meanwhile')`);
        }),
      ]);
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 1 } });
      expect(result.outcome).toMatchObject({ snapshotBranch: `holdfast-snapshot-${id}` });
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(holdfast.repository)).toEqual([]);
      const restored = await holdfast.restore();
      expect(restored.result.error).toBeNull();
      expect(restored.proof).toMatchObject({ passed: true, level: 'content' });
      const [copy] = await runSql(target.url, 'select count(*), max(id), min(id) from visits');
      // One moment's rows, without gaps; more than the source had before, and not all that it has now.
      expect(Number(copy?.['count'])).toBe(Number(copy?.['max']));
      expect(copy?.['min']).toBe('1');
      expect(Number(copy?.['count'])).toBeGreaterThanOrEqual(rows);
      expect(Number(copy?.['count'])).toBeLessThan(written);
      // What the manifest calls its moment was before the branch: the rows that were there by then are all in it.
      const manifest = await findManifest(holdfast.repository, { backup: 'latest' });
      expect(Date.parse(manifest.snapshot.takenAt)).toBeGreaterThanOrEqual(Date.parse(manifest.startedAt));
      expect(manifest.snapshot.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    });
  });

  it('does not mind what becomes of the source meanwhile, nor of the process', async () => {
    await using plane = await startPlane();
    await using target = await createDatabase({ cluster: 'target' });
    const environment = { HOLDFAST_STEP_BUDGET: '1ms' };
    const criticalQueries = [{ name: 'slow', sql: 'select pg_sleep(1)::text' }];
    const config = { connections: { source: { neon: { project: plane.project }, criticalQueries } } };
    await withNeonSource(plane, { target: target.url, environment, config }, async (holdfast) => {
      const { id, finished } = await holdfast.start({
        name: 'holdfast/backup.requested',
        data: { connection: 'source' },
      });
      const name = `holdfast-snapshot-${id}`;
      await waitForBranch(plane, name);
      // No lock of a backup keeps anybody from this, and no session has to live on.
      await runSql(plane.urlOf('shop'), 'truncate visits; drop table visits');
      await untilAsking(plane, name);
      expect(plane.restartCompute(name)).toBeGreaterThan(0);
      // Wherever it is by then; fewer times than a step is tried.
      for (let cuts = 0; cuts < 3 && names(plane).includes(name); await sleep(20)) {
        if (plane.restartCompute(name) > 0) cuts++;
      }
      const { result } = await finished;
      expect(result.error).toBeNull();
      expect(result).toMatchObject({ status: 'completed', outcome: { epochs: 1 } });
      expect(result.timeline.some(({ attempts }) => attempts.length > 1)).toBe(true);
      expect((await holdfast.restore()).proof).toMatchObject({ passed: true });
    });
    expect(await runSql(target.url, 'select count(*) from visits')).toEqual([{ count: String(rows) }]);
  });

  it('begins anew where somebody has written to the branch', async () => {
    await using plane = await startPlane();
    const criticalQueries = [{ name: 'slow', sql: 'select pg_sleep(4)::text' }];
    const config = { connections: { source: { neon: { project: plane.project }, criticalQueries } } };
    await withNeonSource(plane, { config }, async (holdfast) => {
      const { id, finished } = await holdfast.start({
        name: 'holdfast/backup.requested',
        data: { connection: 'source' },
      });
      const name = `holdfast-snapshot-${id}`;
      await waitForBranch(plane, name);
      await untilAsking(plane, name);
      await runSql(plane.urlOf('shop', name), `update visits set note = 'written to the branch' where id = 7`);
      expect((await finished).result).toMatchObject({ status: 'completed', outcome: { epochs: 2 } });
    });
  });

  it('reads from a session’s snapshot where the branch is protected: its children have other passwords', async () => {
    await using plane = await startPlane({ protected: true });
    await withNeonSource(plane, {}, async (holdfast) => {
      const { result } = await holdfast.backup();
      expect(result).toMatchObject({ status: 'completed', outcome: { snapshotBranch: null } });
      expect(plane.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('makes no branch without a key', async () => {
    await using plane = await startPlane();
    await withNeonSource(plane, { environment: { NEON_API_KEY: undefined } }, async (holdfast) => {
      expect((await holdfast.backup()).result).toMatchObject({
        status: 'completed',
        outcome: { snapshotBranch: null },
      });
    });
    expect(plane.requests).toEqual([]);
  });

  it('is refused with a wrong key, and says nothing of it', async () => {
    await using plane = await startPlane();
    const wrong = 'napi_wrong_and_secret';
    await withNeonSource(plane, { environment: { NEON_API_KEY: wrong } }, async (holdfast) => {
      const { id, result } = await holdfast.backup();
      expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'neon_key_refused' } });
      for await (const { key } of holdfast.repository.store.list(runFolder(id))) {
        const stored = String(await holdfast.repository.store.get(key));
        expect(stored).not.toContain(wrong);
        expect(stored).not.toContain('app-of-the-tests');
      }
    });
  });
});

describe('the branch of a backup', () => {
  it('is deleted when the backup fails', async () => {
    await using plane = await startPlane();
    const criticalQueries = [{ name: 'broken', sql: 'select no_such_column from visits' }];
    const config = { connections: { source: { neon: { project: plane.project }, criticalQueries } } };
    await withNeonSource(plane, { config }, async (holdfast) => {
      expect((await holdfast.backup()).result).toMatchObject({ status: 'failed' });
      expect(plane.requests.filter((request) => /POST .*branches$/.test(request))).toHaveLength(1);
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('is deleted by the next sweep where it could not be deleted at the end', async () => {
    await using plane = await startPlane();
    await withNeonSource(plane, {}, async (holdfast) => {
      plane.inject({ fault: { status: 500, message: 'out of order' }, matching: /DELETE/, times: 1_000 });
      const { id, result } = await holdfast.backup();
      expect(result).toMatchObject({ status: 'completed', error: null });
      expect(names(plane)).toEqual(['main', `holdfast-snapshot-${id}`]);
      expect(await listKept(holdfast.repository)).toEqual([{ run: id, what: 'snapshot-branch' }]);
      plane.clearFaults();
      const swept = await holdfast.start({ name: 'holdfast/sweep.requested', data: {} });
      expect((await swept.finished).result).toMatchObject({ status: 'completed' });
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('goes with a cancelled run', async () => {
    await using plane = await startPlane();
    await withNeonSource(plane, {}, async (holdfast) => {
      const { id, finished } = await holdfast.start({
        name: 'holdfast/backup.requested',
        data: { connection: 'source' },
      });
      // The engine ends the run where it stands; what closes it is a run of its own.
      finished.catch(() => undefined);
      await waitForBranch(plane, `holdfast-snapshot-${id}`);
      const run = await waitFor(() => readRun(holdfast.repository, id));
      await holdfast.runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: run.eventId } });
      expect(await waitFor(() => readResult(holdfast.repository, id))).toMatchObject({ status: 'cancelled' });
      await holdfast.runner.idle();
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('is made once and found again, whatever attempt is killed, and deleted once', async () => {
    await using plane = await startPlane();
    await withNeonSource(plane, {}, async (holdfast) => {
      const workspace = await holdfast.workspace();
      const connection = findConnection(workspace.config, 'source');
      const run = '20261121T000000Z-aaaaaa';
      await releaseSnapshotBranch(workspace, run);
      plane.inject({ fault: 'lose-answer', matching: /POST .*branches$/ });
      await expect(takeSnapshotBranch(workspace, { run, connection })).rejects.toMatchObject({
        ...{ name: 'UnavailableError', code: 'neon_unreachable' },
      });
      await plane.settled();
      await runSql(plane.urlOf('shop'), `delete from visits`);
      const taken = await takeSnapshotBranch(workspace, { run, connection });
      expect(await takeSnapshotBranch(workspace, { run, connection })).toEqual(taken);
      expect(names(plane)).toEqual(['main', `holdfast-snapshot-${run}`]);
      expect(await runSql(plane.urlOf('shop', taken?.name), 'select count(*) from visits')).toEqual([
        { count: String(rows) },
      ]);
      plane.inject({ fault: 'lose-answer', matching: /DELETE/, times: 2 });
      await releaseSnapshotBranch(workspace, run);
      await releaseSnapshotBranch(workspace, run);
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(workspace.repository)).toEqual([]);
    });
  });

  it('does not stay where its run was closed while it was being made', async () => {
    await using plane = await startPlane();
    await withNeonSource(plane, {}, async (holdfast) => {
      const workspace = await holdfast.workspace();
      const connection = findConnection(workspace.config, 'source');
      const { id } = await holdfast.backup();
      await takeSnapshotBranch(workspace, { run: id, connection });
      expect(names(plane)).toEqual(['main']);
      expect(await listKept(workspace.repository)).toEqual([]);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { setUpPlace } from '#lib/drill/set-up-place.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { closeRun, openRun, readResult } from '#lib/runs/run-store.ts';
import {
  listScratchConnections,
  scratchConnectionName,
  stopScratchConnection,
} from '#lib/scratch/scratch-connection.ts';
import { readChecks } from '#lib/standing/check-store.ts';
import { isKnownDamaged, listStandings } from '#lib/standing/list-standings.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type FinishedRun, type Holdfast, type HoldfastOptions, withHoldfast } from '#tests/support/workflow.ts';

/** A repository that holds one backup of the shop. */
async function withBackup(
  options: HoldfastOptions,
  use: (holdfast: Holdfast, backupId: string) => Promise<void>,
): Promise<void> {
  await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  await withHoldfast({ source: source.url, ...options }, async (holdfast) => {
    const { result } = await holdfast.backup();
    expect(result.error).toBeNull();
    await use(holdfast, result.run.backup ?? '');
  });
}

const drill = (holdfast: Holdfast, request: object = {}): Promise<FinishedRun> =>
  holdfast.run('drill', { connection: 'source', ...request });

/** Nothing of the drill is left: no server, no mark, no database beside the target. */
async function expectNothingLeft({ repository }: Holdfast, runId: string, targetUrl?: string): Promise<void> {
  const servers = await listScratchConnections();
  expect(servers.map(({ name }) => name)).not.toContain(scratchConnectionName(runId));
  expect(await listKept(repository)).toEqual([]);
  if (targetUrl === undefined) return;
  const staging = await runSql(targetUrl, `select datname from pg_database where datname like '%staging%'`);
  expect(staging).toEqual([]);
}

/** Starts a drill and waits until its server is there. */
async function startWithServer(holdfast: Holdfast): Promise<Awaited<ReturnType<Holdfast['start']>>> {
  const run = await holdfast.start({ name: 'holdfast/drill.requested', data: { connection: 'source' } });
  const name = scratchConnectionName(run.id);
  await waitFor(async () => (await listScratchConnections()).find((server) => server.name === name));
  return run;
}

/** A drill that has got as far as its server, and is driven by nobody. */
async function leaveServer({ repository }: Holdfast): Promise<RunRecord> {
  const id = deriveRunId(Date.now(), 'left behind');
  const about = { connection: 'source', target: null, backup: null, parent: null };
  const startedAt = new Date().toISOString();
  const made = { ...about, id, kind: 'drill', startedAt, eventId: 'e', engineRunId: 'left behind' } as const;
  const run = await openRun(repository, made);
  const place = { kind: 'scratch', target: scratchConnectionName(id) } as const;
  await setUpPlace(repository, { runId: id, place, major: 16 });
  expect((await listScratchConnections()).map(({ name }) => name)).toContain(place.target);
  return run;
}

describe('a drill', () => {
  it('restores the newest backup to a server of its own, proves it, and keeps how long that took', async () => {
    await withBackup({ config: { connections: { source: { rpo: '24h', rto: '1h' } } } }, async (holdfast, backupId) => {
      const [before] = await readPromises(await holdfast.workspace(), new Date());
      expect(before).toMatchObject({ connection: 'source', state: 'broken', lastProven: null, recoveryMs: null });

      const { id, result, proof } = await drill(holdfast);
      expect(result).toMatchObject({ status: 'completed', exitCode: 0, error: null });
      expect(result.outcome).toMatchObject({ backup: backupId, attempts: 1, rtoMs: 3_600_000 });
      expect(proof).toBeUndefined();
      await expectNothingLeft(holdfast, id);

      const backup = { connection: 'source', backupId };
      const [check] = await readChecks(holdfast.repository, backup);
      expect(check).toMatchObject({ kind: 'proof', passed: true, recoveryMs: expect.any(Number) });
      const [after] = await readPromises(await holdfast.workspace(), new Date());
      expect(after).toMatchObject({ state: 'kept', reasons: [], lastProven: { backup: backupId }, running: [] });
      expect(after?.recoveryMs).toBe(check?.recoveryMs);
      expect(after?.recoveryMs).toBeGreaterThan(0);
    });
  });

  it('builds the copy beside what a connection serves, and leaves that as it was', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine as select 1 as id');
    const connections = { source: { drill: { on: 'target' } }, target: { protected: true } };
    await withBackup({ target: target.url, config: { connections } }, async (holdfast) => {
      const { id, result } = await drill(holdfast);
      expect(result).toMatchObject({ status: 'completed', outcome: { on: 'beside connection target' } });
      expect(await runSql(target.url, 'select id from mine')).toEqual([{ id: '1' }]);
      await expectNothingLeft(holdfast, id, target.url);
    });
  });

  it('fails where a chunk is damaged, and keeps that with the backup', async () => {
    await withBackup({}, async (holdfast, backupId) => {
      await damages['one flipped bit'](await findChunk(holdfast, { name: 'orders' }));
      const { id, result } = await drill(holdfast);
      expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { name: 'DamagedError' } });
      const [standing] = await listStandings(holdfast.repository);
      expect(standing).toMatchObject({ backupId, checks: [{ kind: 'sample', passed: false }] });
      expect(standing && isKnownDamaged(standing)).toBe(true);
      await expectNothingLeft(holdfast, id);
      const [promise] = await readPromises(await holdfast.workspace(), new Date());
      expect(promise?.lastFailure).toMatchObject({ run: id, kind: 'drill', message: result.error?.message });
    });
  });

  it('fails where the copy answers a critical query otherwise, with exit code 4', async () => {
    const criticalQueries = [
      { name: 'which server', sql: `select current_setting('server_version_num')::int / 10000` },
    ];
    await withBackup({ config: { connections: { source: { criticalQueries } } } }, async (holdfast) => {
      const { id, result } = await drill(holdfast);
      expect(result).toMatchObject({ status: 'proof-failed', exitCode: 4, error: { code: 'proof_failed' } });
      const [standing] = await listStandings(holdfast.repository);
      expect(standing?.checks).toMatchObject([{ kind: 'proof', passed: false }]);
      await expectNothingLeft(holdfast, id);
    });
  });

  it('takes its server away where it is cancelled', async () => {
    await withBackup({}, async (holdfast) => {
      const { id, finished } = await startWithServer(holdfast);
      const [run] = holdfast.runner.pendingRuns().filter(({ fn }) => fn.endsWith('drill'));
      await holdfast.runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: run?.event.id ?? '' } });
      await finished.catch(() => undefined);
      await holdfast.runner.idle();
      await waitFor(async () => ((await listKept(holdfast.repository)).length === 0 ? true : undefined));
      await expectNothingLeft(holdfast, id);
    });
  });

  it('begins the restore again where its server is lost', async () => {
    await withBackup({}, async (holdfast) => {
      const { id, finished } = await startWithServer(holdfast);
      await stopScratchConnection(scratchConnectionName(id));
      const { result } = await finished;
      expect(result).toMatchObject({ status: 'completed', outcome: { attempts: 2 } });
      await expectNothingLeft(holdfast, id);
    });
  });

  it('is closed by the sweep where nobody drives it, and its server goes', async () => {
    await withBackup({ config: { deadAfter: '1ms' } }, async (holdfast) => {
      const { repository } = holdfast;
      const { id } = await leaveServer(holdfast);

      expect((await holdfast.run('sweep', {})).result.error).toBeNull();
      expect(await readResult(repository, id)).toMatchObject({ status: 'cancelled', error: { code: 'given_up' } });
      await expectNothingLeft(holdfast, id);
    });
  });

  it('has its server taken away by the sweep where that failed at its end', async () => {
    await withHoldfast({}, async (holdfast) => {
      const run = await leaveServer(holdfast);
      const ended = { status: 'completed', exitCode: 0, completedAt: run.startedAt, durationMs: 1 } as const;
      await closeRun(holdfast.repository, { run, ...ended, outcome: null, error: null });
      const { result } = await holdfast.run('sweep', {});
      expect(result).toMatchObject({ error: null, outcome: { actions: [{ run: run.id, action: 'release' }] } });
      await expectNothingLeft(holdfast, run.id);
      expect(await readResult(holdfast.repository, run.id)).toMatchObject({ status: 'completed' });
    });
  });

  it('never is the target itself, whatever a restore is asked to be', async () => {
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine as select 1 as id');
    await withBackup({ target: target.url }, async (holdfast) => {
      const asked = { drill: true, cutover: true, strategy: 'in-place', replace: true, confirm: 'target' };
      const { result } = await holdfast.restore(asked);
      expect(result).toMatchObject({ status: 'refused', exitCode: 3 });
      expect(await runSql(target.url, 'select id from mine')).toEqual([{ id: '1' }]);
    });
  });

  it('is refused where no server can be started, and says what to write', async () => {
    await withBackup({ environment: { VERCEL: '1' } }, async (holdfast) => {
      const { result } = await drill(holdfast);
      expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'drill_needs_place' } });
      expect(result.error?.hint).toContain(`drill: { on: 'NAME' }`);
    });
  });
});

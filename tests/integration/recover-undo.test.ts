import { describe, expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { openRun, readResult, readRun } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { gateLoads } from '#tests/support/gate-loads.ts';
import { listSideTables, liveTables, readEverything, withLiveTables } from '#tests/support/live-tables.ts';
import { shutGate } from '#tests/support/query-gate.ts';
import { recoverTables, startRecovery } from '#tests/support/recover.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

describe('a recovery', () => {
  it('that is cancelled in the middle drops its side schema', async () => {
    await withLiveTables(async (live, holdfast) => {
      await gateLoads(live.url);
      const before = await readEverything(live.url);
      await using gate = await shutGate(live.url);
      const { id, finished } = await startRecovery(holdfast, ['big_*']);
      finished.catch(() => undefined);
      await gate.reached();
      const run = await waitFor(() => readRun(holdfast.repository, id));
      await holdfast.runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: run.eventId } });
      await gate.open();
      const result = await waitFor(() => readResult(holdfast.repository, id));
      expect(result).toMatchObject({ status: 'cancelled', exitCode: 6 });
      await holdfast.runner.idle();
      expect(await readEverything(live.url)).toEqual(before);
    });
  });

  it('that is taken back while its schema is being made leaves none', async () => {
    await withLiveTables(async (live, holdfast) => {
      const { repository } = holdfast;
      const workspace = await holdfast.workspace();
      const target = findConnection(workspace.config, 'source');
      const manifest = await findManifest(repository, { backup: 'latest' });
      const backup = { manifest, entries: await readSchemaEntries(repository, manifest) };
      const plan = planRecovery(backup, { patterns: ['big_1'], schema: 'side', lanes: 1, unlogged: false });
      const about = { connection: null, target: 'source', backup: manifest.id, parent: null };
      const ids = { id: '20261121T000000Z-abcdef', eventId: 'e', engineRunId: 'r' };
      await openRun(repository, { ...about, ...ids, kind: 'recover', startedAt: '2026-11-21T00:00:00.000Z' });
      const prepare = () => prepareRecovery(ids.id, { plan, target, repository, lockTimeoutMs: 1_000 });
      const prepared = await withClient(live.url, async (other) => {
        // What `createLedger` waits for.
        await other.query(`begin; select pg_advisory_xact_lock(hashtext('holdfast.ledger'))`);
        const running = prepare().then(
          () => 'made',
          (cause: unknown) => cause,
        );
        await waitFor(async () => {
          // Of this database only: other tests wait for locks of theirs.
          const waiting = await runSql(
            live.url,
            `select from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())`,
          );
          return waiting.length > 0 ? true : undefined;
        });
        expect(await undoRecovery(workspace, ids.id)).toEqual({ undone: false });
        await other.query('commit');
        return await running;
      });
      expect(prepared).toMatchObject({ name: 'CancelledError', code: 'run_ended' });
      await expect(prepare()).rejects.toMatchObject({ code: 'run_ended' });
      expect(await runSql(live.url, `select from pg_namespace where nspname in ('side', 'holdfast')`)).toEqual([]);
      expect(await listKept(repository)).toEqual([]);
    });
  });

  it('whose undo fails is swept once the database is there again, and the next recovery works', async () => {
    await using live = await createDatabase({ cluster: 'source', template: await liveTables() });
    await using proxy = await startTcpProxy(live.url);
    await withHoldfast({ source: proxy.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      await gateLoads(live.url);
      const before = await readEverything(live.url);
      await using gate = await shutGate(live.url);
      const { id, finished } = await startRecovery(holdfast, ['big_*']);
      await gate.reached();
      expect(await listSideTables(live.url)).toContain('big_5');
      proxy.refuse(true);
      proxy.cutAll();
      const { result } = await finished;
      await gate.open();
      expect(result).toMatchObject({ status: 'failed', exitCode: 7 });
      expect(result.error?.hint).toContain(`\`holdfast discard ${id}\``);
      proxy.refuse(false);
      expect(await listSideTables(live.url)).toContain('ledger');

      const refused = await recoverTables(holdfast, ['big_1'], { schema: 'other' });
      expect(refused.result.error).toMatchObject({ code: 'preflight_no_other_run' });
      expect((await holdfast.run('sweep', {})).result).toMatchObject({
        ...{ status: 'completed', error: null },
        outcome: { actions: [{ run: id, action: 'release' }] },
      });
      expect(await readEverything(live.url)).toEqual(before);
      expect(await listKept(holdfast.repository)).toEqual([]);
      expect((await recoverTables(holdfast, ['big_1'])).result.error).toBeNull();
    });
  });

  it('whose process is gone for good is taken away by a sweep; one that ended well is not', async () => {
    await using live = await createDatabase({ cluster: 'source', template: await liveTables() });
    await withHoldfast({ source: live.url, config: { deadAfter: '0s' } }, async (holdfast) => {
      const { repository } = holdfast;
      expect((await holdfast.backup()).result.error).toBeNull();
      expect((await recoverTables(holdfast, ['big_1'], { schema: 'done' })).result.error).toBeNull();
      const target = findConnection((await holdfast.workspace()).config, 'source');
      const manifest = await findManifest(repository, { backup: 'latest' });
      const backup = { manifest, entries: await readSchemaEntries(repository, manifest) };
      const plan = planRecovery(backup, { patterns: ['big_1'], schema: 'side', lanes: 1, unlogged: false });
      const about = { connection: null, target: 'source', backup: manifest.id, parent: null };
      const ids = { id: '20251121T000000Z-abcdef', eventId: 'e', engineRunId: 'r' };
      await openRun(repository, { ...about, ...ids, kind: 'recover', startedAt: '2025-11-21T00:00:00.000Z' });
      await prepareRecovery(ids.id, { plan, target, repository, lockTimeoutMs: 1_000 });
      await applyPreData(target, { runId: ids.id, statements: plan.create });
      expect(await listSideTables(live.url)).toEqual(['big_1', 'ledger']);

      expect((await holdfast.run('sweep', {})).result.error).toBeNull();
      await holdfast.runner.idle();
      expect(await listSideTables(live.url)).toEqual([]);
      expect(await readResult(repository, ids.id)).toMatchObject({ status: 'cancelled', error: { code: 'given_up' } });
      expect(await runSql(live.url, 'select count(*) from done.big_1')).toEqual([{ count: '5000' }]);
      expect(await listKept(repository)).toEqual([]);
    });
  });
});

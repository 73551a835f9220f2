import { describe, expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { dropSideSchema } from '#lib/recovery/drop-side-schema.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { listSideTables, withLiveTables } from '#tests/support/live-tables.ts';
import { recoverTables } from '#tests/support/recover.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';

describe('a recovery', () => {
  it('that another one has come before is refused, and takes nothing of that one away', async () => {
    await withLiveTables(async (live, holdfast) => {
      const { config } = await holdfast.workspace();
      const target = findConnection(config, 'source');
      const manifest = await findManifest(holdfast.repository, { backup: 'latest' });
      const entries = await readSchemaEntries(holdfast.repository, manifest);
      const options = { patterns: ['big_1'], schema: 'first', lanes: 1, unlogged: false };
      const plan = planRecovery({ manifest, entries }, options);
      const runId = '20261121T000000Z-abcdef';
      await prepareRecovery(runId, { plan, target, repository: holdfast.repository, lockTimeoutMs: 1_000 });
      await applyPreData(target, { runId, statements: plan.create });

      const { result } = await recoverTables(holdfast, ['big_2']);
      expect(result).toMatchObject({ status: 'refused', exitCode: 3, error: { code: 'preflight_no_other_run' } });
      // Past its preflight, it would find the ledger.
      const second = prepareRecovery('20261121T000001Z-abcdef', {
        ...{ plan: planRecovery({ manifest, entries }, { ...options, schema: 'second' }), target },
        ...{ repository: holdfast.repository, lockTimeoutMs: 1_000 },
      });
      await expect(second).rejects.toMatchObject({ name: 'RefusedError', code: 'restore_in_progress' });
      expect(await undoRecovery(await holdfast.workspace(), '20261121T000001Z-abcdef')).toEqual({ undone: false });

      expect(await runSql(live.url, 'select count(*) from first.big_1')).toEqual([{ count: '0' }]);
      expect(await runSql(live.url, 'select run_id from holdfast.ledger limit 1')).toEqual([{ run_id: runId }]);
      expect(await dropSideSchema(target, { runId, plan, lockTimeoutMs: 1_000 })).toEqual({ dropped: true });
    });
  });

  it('that begins while another one works ends well or is refused, and leaves that one alone', async () => {
    await withLiveTables(async (live, holdfast) => {
      const both = await Promise.all(['one', 'two'].map((schema) => recoverTables(holdfast, ['big_1'], { schema })));
      const done = both.filter(({ result }) => result.status === 'completed');
      expect(done.length).toBeGreaterThan(0);
      for (const { result } of both.filter((run) => !done.includes(run))) {
        expect(result).toMatchObject({ status: 'refused', exitCode: 3 });
        expect(['restore_in_progress', 'preflight_no_other_run']).toContain(result.error?.code);
      }
      const schemas = await runSql(
        live.url,
        `select n.nspname as name, (select count(*) from pg_class c where c.relnamespace = n.oid and c.relkind = 'r') as tables
         from pg_namespace n where n.nspname in ('one', 'two', 'holdfast') order by 1`,
      );
      const expected = done.map(({ differences }) => ({ name: differences?.schema, tables: '1' }));
      expect(schemas).toEqual(expected.sort((a, b) => String(a.name).localeCompare(String(b.name))));
    });
  });
});

describe('what people have made in a side schema', () => {
  it('stays, and the run says that a person is needed', async () => {
    await withLiveTables(async (live, holdfast) => {
      const run = await recoverTables(holdfast, ['big_1', 'big_2']);
      expect(run.result.error).toBeNull();
      const plan = await readRecoveryPlan(holdfast.repository, run.id);
      const target = findConnection((await holdfast.workspace()).config, 'source');
      const drop = () => dropSideSchema(target, { runId: run.id, plan, lockTimeoutMs: 500 });

      await runSql(live.url, 'create view public.looks as select * from side.big_1');
      await expect(drop()).rejects.toMatchObject({
        ...{ name: 'RollbackFailedError', exitCode: 7, code: 'side_schema_left' },
        message: expect.stringMatching(/side schema side of connection source is not dropped: .*view public\.looks/s),
        hint: expect.stringContaining('drop schema "side" cascade;'),
      });
      expect(await runSql(live.url, 'select count(*) from looks')).toEqual([{ count: '5000' }]);

      await runSql(live.url, 'drop view looks; create table side.mine (id int)');
      await expect(drop()).rejects.toMatchObject({ name: 'RollbackFailedError' });
      expect(await listSideTables(live.url)).toEqual(['big_1', 'big_2', 'mine']);

      // A schema that lost the run's mark is nobody's to drop.
      await runSql(live.url, `drop table side.mine; comment on schema side is 'mine now'`);
      expect(await drop()).toEqual({ dropped: false });
      expect(await runSql(live.url, `select from pg_namespace where nspname = 'side'`)).toHaveLength(1);
    });
  });

  it('is waited for no longer than lockTimeout where somebody reads it, and the reader is left alone', async () => {
    await withLiveTables(async (live, holdfast) => {
      const run = await recoverTables(holdfast, ['big_1']);
      const plan = await readRecoveryPlan(holdfast.repository, run.id);
      const target = findConnection((await holdfast.workspace()).config, 'source');
      await withClient(live.url, async (reader) => {
        await reader.query('begin; select count(*) from side.big_1');
        const about = { runId: run.id, plan, lockTimeoutMs: 200 };
        await expect(dropSideSchema(target, about)).rejects.toMatchObject({
          name: 'UnavailableError',
          retryable: true,
        });
        expect((await reader.query('select count(*) from side.big_1')).rows).toEqual([{ count: '5000' }]);
      });
    });
  });
});

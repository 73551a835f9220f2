import { describe, expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { readDifferences } from '#lib/recovery/differences/differences.ts';
import { dropSideSchema } from '#lib/recovery/drop-side-schema.ts';
import { loadSideTables } from '#lib/recovery/load-side-tables.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { listSideTables, liveTables, readEverything, withLiveTables } from '#tests/support/live-tables.ts';
import { differencesOf, recoverTables, startRecovery } from '#tests/support/recover.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

describe('a recovery', () => {
  it('goes on where it was when its connections are cut in the middle of the rows, and loads each chunk once', async () => {
    await using live = await createDatabase({ cluster: 'source', template: await liveTables() });
    await using proxy = await startTcpProxy(live.url);
    await withHoldfast({ source: proxy.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      await runSql(live.url, 'delete from big_3 where id = 77');
      proxy.cutAfter(4_000_000, 'to-server');
      const run = await recoverTables(holdfast, ['big_*']);
      expect(proxy.cuts).toBe(1);
      expect(run.result.error).toBeNull();
      expect(run.proof?.passed).toBe(true);
      expect(run.result.timeline.filter(({ attempts }) => attempts.length > 1)).toHaveLength(1);
      expect(differencesOf(run, 'big_3').onlyInBackup).toEqual({ rows: '1', examples: [['77']] });
      expect(await runSql(live.url, 'select count(*) from side.big_3')).toEqual([{ count: '5000' }]);
      expect(await runSql(live.url, `select from pg_namespace where nspname = 'holdfast'`)).toEqual([]);
    });
  });

  it('whose steps run twice, or late, makes nothing twice', async () => {
    await withLiveTables(async (live, { repository, workspace }) => {
      const { config } = await workspace();
      const target = findConnection(config, 'source');
      const manifest = await findManifest(repository, { backup: 'latest' });
      const entries = await readSchemaEntries(repository, manifest);
      const plan = planRecovery(
        { manifest, entries },
        { patterns: ['big_1'], schema: 'side', lanes: 1, unlogged: false },
      );
      const runId = '20261121T000000Z-abcdef';
      for (let time = 0; time < 2; time++) {
        await prepareRecovery(runId, { plan, target, repository, lockTimeoutMs: 1_000 });
        await applyPreData(target, { runId, statements: plan.create });
        const options = { plan, manifest, target, repository, budgetMs: 60_000 };
        await Promise.all([1, 2].map(() => loadSideTables({ runId, lane: 0, from: 0 }, options)));
      }
      expect(await runSql(live.url, 'select count(*), count(distinct id) from side.big_1')).toEqual([
        { count: '5000' },
      ]);
      for (const dropped of [true, false]) {
        expect(await dropSideSchema(target, { runId, plan, lockTimeoutMs: 1_000 })).toEqual({ dropped });
      }
      expect(await listSideTables(live.url)).toEqual([]);
    });
  });

  it('that fails drops its side schema, and the live database is byte for byte what it was', async () => {
    await withLiveTables(async (live, holdfast) => {
      await damages['one flipped bit'](await findChunk(holdfast, { name: 'big_4' }));
      const before = await readEverything(live.url);
      const { result } = await recoverTables(holdfast, ['big_*']);
      expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { name: 'DamagedError' } });
      expect(result.timeline.map(({ slug }) => slug)).toContain('undo');
      expect(await readEverything(live.url)).toEqual(before);
    });
  });

  it('whose proof fails drops its side schema, says which table, and ends with exit code 4', async () => {
    await withLiveTables(async (live, holdfast) => {
      // A database whose own trigger changes what is loaded: a copy that no digest would let pass.
      await runSql(
        live.url,
        `create function spoil() returns trigger language plpgsql as $$ begin
           if new.id = 4999 then new.body := 'spoilt'; end if; return new; end $$;
         create function spoil_tables() returns event_trigger language plpgsql as $$ begin
           if to_regclass('side.big_2') is not null and not exists (select from pg_trigger where tgrelid = to_regclass('side.big_2')) then
             create trigger spoil before insert on side.big_2 for each row execute function public.spoil();
           end if; end $$;
         create event trigger spoil on ddl_command_end when tag in ('CREATE TABLE') execute function spoil_tables()`,
      );
      const before = await readEverything(live.url);
      const { result, proof, differences } = await recoverTables(holdfast, ['big_*']);
      expect(result).toMatchObject({ status: 'proof-failed', exitCode: 4, error: { code: 'proof_failed' } });
      expect(result.error?.message).toMatch(
        /^The proof failed: table public\.big_2, content: expected \w+, found \w+$/,
      );
      expect(proof?.checks.filter(({ passed }) => !passed)).toHaveLength(1);
      expect(differences).toBeUndefined();
      expect(await readEverything(live.url)).toEqual(before);
    });
  });

  it('whose comparison loses its connection every time leaves the proven tables, and says what is not known', async () => {
    await withLiveTables(async (live, holdfast) => {
      const { id, finished } = await withClient(live.url, async (other) => {
        // Each attempt waits for this lock until it is ended.
        await other.query('begin; lock table big_2 in access exclusive mode');
        const started = await startRecovery(holdfast, ['big_1', 'big_2', 'big_3']);
        started.finished.catch(() => undefined);
        await waitFor(async () => {
          await runSql(
            live.url,
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name = 'holdfast' and wait_event_type = 'Lock'`,
          );
          return await readResult(holdfast.repository, started.id);
        });
        return started;
      });
      const { result } = await finished;
      expect(result).toMatchObject({
        ...{ status: 'completed', exitCode: 0, error: null },
        outcome: {
          notCompared: { code: 'connection_lost', message: expect.stringMatching(/^table public\.big_2: /) },
          proof: { passed: true },
          differences: { tables: 3 },
        },
      });
      const differences = await readDifferences(holdfast.repository, id);
      expect(differences?.tables.map(({ name, compared }) => `${name}: ${compared}`)).toEqual([
        ...['big_1: by key', 'big_2: unread', 'big_3: unread'],
      ]);
      expect(differences?.tables[1]?.reason).toMatch(/^the comparison has ended before it/);
      expect(await listSideTables(live.url)).toEqual(['big_1', 'big_2', 'big_3']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it.each([
    // Before it is compared, and after: nothing else looks at it again.
    ['big_3', 'big_1'],
    ['big_1', 'big_2'],
  ])('that loses the side table %s to somebody else is no good one', async (gone, locked) => {
    await withLiveTables(async (live, holdfast) => {
      const before = await readEverything(live.url);
      const { finished } = await withClient(live.url, async (other) => {
        await other.query(`begin; lock table ${locked} in access exclusive mode`);
        const started = await startRecovery(holdfast, ['big_1', 'big_2', 'big_3']);
        started.finished.catch(() => undefined);
        await waitFor(async () => {
          const waiting = await runSql(
            live.url,
            `select l.pid from pg_locks l join pg_stat_activity a using (pid)
             where a.datname = current_database() and a.application_name = 'holdfast'
               and not l.granted and l.relation = '${locked}'::regclass and to_regclass('side.${gone}') is not null`,
          );
          return waiting[0];
        });
        await runSql(live.url, `drop table side.${gone}`);
        return started;
      });
      const { result } = await finished;
      expect(result).toMatchObject({ status: 'failed', exitCode: 1, error: { code: 'side_tables_gone' } });
      expect(result.error?.message).toContain(`"side"."${gone}"`);
      expect(await readEverything(live.url)).toEqual(before);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findConnection } from '#lib/config/find-connection.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { readDifferences } from '#lib/recovery/differences/differences.ts';
import { dropSideSchema } from '#lib/recovery/drop-side-schema.ts';
import { loadSideTables } from '#lib/recovery/load-side-tables.ts';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { prepareRecovery } from '#lib/recovery/prepare-recovery.ts';
import { readRecoveryPlan } from '#lib/recovery/recovery-plan.ts';
import { undoRecovery } from '#lib/recovery/undo-recovery.ts';
import { applyPreData } from '#lib/restore/apply-statements.ts';
import { listKept } from '#lib/runs/kept-store.ts';
import { openRun, readResult, readRun } from '#lib/runs/run-store.ts';
import { readSchemaEntries } from '#lib/schema/read-entries.ts';
import { damages, findChunk } from '#tests/support/damage-chunk.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { differencesOf, recoverTables } from '#tests/support/recover.ts';
import { startTcpProxy } from '#tests/support/tcp-proxy.ts';
import { createDatabase, ensureTemplate, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** Tables of some chunks' work, one with a bystander that must not change. */
function template(): Promise<string> {
  return ensureTemplate({
    cluster: 'source',
    name: 'recover_big',
    build: async (url) => {
      const tables = Array.from(
        { length: 6 },
        (_, n) => `create table big_${n} (id int primary key, body text unique);
          insert into big_${n} select i, i || repeat(md5((i * ${n + 1})::text), 8) from generate_series(1, 5000) i`,
      );
      await runSql(url, `${tables.join(';\n')}; create table bystander as select 1 as id`);
    },
  });
}

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

async function sideTables(url: string): Promise<string[]> {
  const found = await runSql(
    url,
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('side', 'holdfast') and c.relkind in ('r', 'v') order by 1`,
  );
  return found.map(({ name }) => name ?? '');
}

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + 60_000; ; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error('It did not come to pass in time.');
  }
}

/** A live database of the template, backed up. */
async function withLive<T>(use: (live: TestDatabase, holdfast: Holdfast) => Promise<T>): Promise<T> {
  await using live = await createDatabase({ cluster: 'source', template: await template() });
  return await withHoldfast({ source: live.url }, async (holdfast) => {
    expect((await holdfast.backup()).result.error).toBeNull();
    return await use(live, holdfast);
  });
}

const start = {
  name: 'holdfast/recover.requested',
  data: { backup: 'latest', to: 'source', tables: ['big_*'], schema: 'side' },
};

describe('a recovery', () => {
  it('goes on where it was when its connections are cut in the middle of the rows, and loads each chunk once', async () => {
    await using live = await createDatabase({ cluster: 'source', template: await template() });
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
    await withLive(async (live, { repository, workspace }) => {
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
      expect(await sideTables(live.url)).toEqual([]);
    });
  });

  it('that fails drops its side schema, and the live database is byte for byte what it was', async () => {
    await withLive(async (live, holdfast) => {
      await damages['one flipped bit'](await findChunk(holdfast, { name: 'big_4' }));
      const before = await everything(live.url);
      const { result } = await recoverTables(holdfast, ['big_*']);
      expect(result).toMatchObject({ status: 'failed', exitCode: 5, error: { name: 'DamagedError' } });
      expect(result.timeline.map(({ slug }) => slug)).toContain('undo');
      expect(await everything(live.url)).toEqual(before);
    });
  });

  it('whose proof fails drops its side schema, says which table, and ends with exit code 4', async () => {
    await withLive(async (live, holdfast) => {
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
      const before = await everything(live.url);
      const { result, proof, differences } = await recoverTables(holdfast, ['big_*']);
      expect(result).toMatchObject({ status: 'proof-failed', exitCode: 4, error: { code: 'proof_failed' } });
      expect(result.error?.message).toMatch(
        /^The proof failed: table public\.big_2, content: expected \w+, found \w+$/,
      );
      expect(proof?.checks.filter(({ passed }) => !passed)).toHaveLength(1);
      expect(differences).toBeUndefined();
      expect(await everything(live.url)).toEqual(before);
    });
  });

  it('whose comparison loses its connection every time leaves the proven tables, and says what is not known', async () => {
    await withLive(async (live, holdfast) => {
      const { id, finished } = await withClient(live.url, async (other) => {
        // Each attempt waits for this lock until it is ended.
        await other.query('begin; lock table big_2 in access exclusive mode');
        const started = await holdfast.start({
          ...start,
          data: { ...start.data, tables: ['big_1', 'big_2', 'big_3'] },
        });
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
      expect(await sideTables(live.url)).toEqual(['big_1', 'big_2', 'big_3']);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it.each([
    // Before it is compared, and after: nothing else looks at it again.
    ['big_3', 'big_1'],
    ['big_1', 'big_2'],
  ])('that loses the side table %s to somebody else is no good one', async (gone, locked) => {
    await withLive(async (live, holdfast) => {
      const before = await everything(live.url);
      const { finished } = await withClient(live.url, async (other) => {
        await other.query(`begin; lock table ${locked} in access exclusive mode`);
        const tables = ['big_1', 'big_2', 'big_3'];
        const started = await holdfast.start({ ...start, data: { ...start.data, tables } });
        started.finished.catch(() => undefined);
        await waitFor(async () => {
          const waiting = await runSql(
            live.url,
            `select pid from pg_stat_activity
             where datname = current_database() and application_name = 'holdfast' and wait_event_type = 'Lock'`,
          );
          return waiting[0];
        });
        await runSql(live.url, `drop table side.${gone}`);
        return started;
      });
      const { result } = await finished;
      expect(result).toMatchObject({ status: 'failed', exitCode: 1, error: { code: 'side_tables_gone' } });
      expect(result.error?.message).toContain(`"side"."${gone}"`);
      expect(await everything(live.url)).toEqual(before);
      expect(await listKept(holdfast.repository)).toEqual([]);
    });
  });

  it('that is cancelled in the middle drops its side schema', async () => {
    await withLive(async (live, holdfast) => {
      const before = await everything(live.url);
      await withClient(live.url, async (other) => {
        const { id, finished } = await holdfast.start(start);
        finished.catch(() => undefined);
        await waitFor(async () => ((await sideTables(live.url)).includes('big_5') ? true : undefined));
        // The lanes wait for it in the middle of their work.
        await other.query('begin; lock table side.big_0, side.big_1, side.big_2 in share mode');
        const run = await waitFor(() => readRun(holdfast.repository, id));
        await holdfast.runner.send({ name: 'holdfast/run.cancelled', data: { run: id, eventId: run.eventId } });
        await sleep(100);
        await other.query('commit');
        const result = await waitFor(() => readResult(holdfast.repository, id));
        expect(result).toMatchObject({ status: 'cancelled', exitCode: 6 });
      });
      await holdfast.runner.idle();
      expect(await everything(live.url)).toEqual(before);
    });
  });

  it('that is taken back while its schema is being made leaves none', async () => {
    await withLive(async (live, holdfast) => {
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
          const waiting = await runSql(live.url, `select from pg_locks where locktype = 'advisory' and not granted`);
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
    await using live = await createDatabase({ cluster: 'source', template: await template() });
    await using proxy = await startTcpProxy(live.url);
    await withHoldfast({ source: proxy.url }, async (holdfast) => {
      expect((await holdfast.backup()).result.error).toBeNull();
      const before = await everything(live.url);
      const { id, finished } = await withClient(live.url, async (other) => {
        const started = await holdfast.start(start);
        await waitFor(async () => ((await sideTables(live.url)).includes('big_5') ? true : undefined));
        await other.query('begin; lock table side.big_0, side.big_1, side.big_2 in share mode');
        proxy.refuse(true);
        proxy.cutAll();
        return { ...started, finished: await started.finished };
      });
      expect(finished.result).toMatchObject({ status: 'failed', exitCode: 7 });
      expect(finished.result.error?.hint).toContain(`\`holdfast discard ${id}\``);
      proxy.refuse(false);
      expect(await sideTables(live.url)).toContain('ledger');

      const refused = await recoverTables(holdfast, ['big_1'], { schema: 'other' });
      expect(refused.result.error).toMatchObject({ code: 'preflight_no_other_run' });
      expect((await holdfast.run('sweep', {})).result).toMatchObject({
        ...{ status: 'completed', error: null },
        outcome: { actions: [{ run: id, action: 'release' }] },
      });
      expect(await everything(live.url)).toEqual(before);
      expect(await listKept(holdfast.repository)).toEqual([]);
      expect((await recoverTables(holdfast, ['big_1'])).result.error).toBeNull();
    });
  });

  it('that another one has come before is refused, and takes nothing of that one away', async () => {
    await withLive(async (live, holdfast) => {
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
    await withLive(async (live, holdfast) => {
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

  it('whose process is gone for good is taken away by a sweep; one that ended well is not', async () => {
    await using live = await createDatabase({ cluster: 'source', template: await template() });
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
      expect(await sideTables(live.url)).toEqual(['big_1', 'ledger']);

      expect((await holdfast.run('sweep', {})).result.error).toBeNull();
      await holdfast.runner.idle();
      expect(await sideTables(live.url)).toEqual([]);
      expect(await readResult(repository, ids.id)).toMatchObject({ status: 'cancelled', error: { code: 'given_up' } });
      expect(await runSql(live.url, 'select count(*) from done.big_1')).toEqual([{ count: '5000' }]);
      expect(await listKept(repository)).toEqual([]);
    });
  });
});

describe('what people have made in a side schema', () => {
  it('stays, and the run says that a person is needed', async () => {
    await withLive(async (live, holdfast) => {
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
      expect(await sideTables(live.url)).toEqual(['big_1', 'big_2', 'mine']);

      // A schema that lost the run's mark is nobody's to drop.
      await runSql(live.url, `drop table side.mine; comment on schema side is 'mine now'`);
      expect(await drop()).toEqual({ dropped: false });
      expect(await runSql(live.url, `select from pg_namespace where nspname = 'side'`)).toHaveLength(1);
    });
  });

  it('is waited for no longer than lockTimeout where somebody reads it, and the reader is left alone', async () => {
    await withLive(async (live, holdfast) => {
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

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Environment } from '#lib/config/environment.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import type { RunResult, StepRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { startNeonControlPlane } from '#tests/support/neon-control-plane/neon-control-plane.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { type BreakableConfig, blockRecord, writeBreakableConfig } from '#tests/support/step-faults.ts';
import { createDatabase, ensureTemplate, testCluster } from '#tests/support/test-database.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

const lived = `
create table notes (id int primary key, body text);
insert into notes select i, 'note ' || i from generate_series(1, 100) i;
create view latest as select * from notes where id > 90;
create sequence told start 7;`;

/** A step of the run or of a run that is its part; `part` names that one. */
interface PlayedStep extends Pick<StepRecord, 'n' | 'slug'> {
  part: string;
}

type Moment = 'before' | 'after';
interface Round {
  moment: Moment;
  /** Position of the step in the undisturbed run. */
  index: number;
  step: PlayedStep;
}

/** Where the rounds of one strategy are played. */
interface Arena extends AsyncDisposable {
  config: BreakableConfig;
  repository: string;
  environment: Environment;
  asked: object;
  /** A target that serves the old content, for one round. */
  open(): Promise<Target>;
}

interface Target extends AsyncDisposable {
  url: string;
  /** What lies beside the target, but for what was live for a moment. */
  left(): Promise<string[]>;
  /** After a round in a target that others follow in. */
  tidy(holdfast: Holdfast, run: string): Promise<void>;
}

async function openDatabases(asked: { strategy: string; replace?: boolean }): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  const config = await writeBreakableConfig(folder);
  const template = await ensureTemplate({
    cluster: 'target',
    name: 'lived',
    build: async (url) => void (await runSql(url, lived)),
  });
  return {
    ...{ config, asked, repository: join(folder, 'repository'), environment: { HOLDFAST_CONFIG: config.file } },
    async open() {
      const target = await createDatabase({ cluster: 'target', template });
      return {
        url: target.url,
        left: async () => (await beside(target.name)).filter((name) => !name.includes('__rolled_back_')),
        tidy: async () => undefined,
        async [Symbol.asyncDispose]() {
          const { url } = testCluster('target');
          for (const name of await beside(target.name)) await runSql(url, `drop database "${name}" with (force)`);
          await target.drop();
        },
      };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A branch of a Neon project, reached through a WebSocket proxy: by the control plane's shape, and by Neon's driver. */
async function openNeon(): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  const plane = await startNeonControlPlane({ operationMs: 0 });
  const proxy = await startWebSocketProxy({ servers: [], local: true });
  const { project } = plane;
  const config = await writeBreakableConfig(folder, {
    connections: { target: { neon: { project }, driver: 'websocket' } },
  });
  const url = plane.urlOf('shop');
  await runSql(url, lived);
  const environment = { ...plane.environment, HOLDFAST_NEON_WSPROXY: proxy.address, HOLDFAST_CONFIG: config.file };
  const branches = (): string[] => plane.branches().map(({ name }) => name);
  const target: Target = {
    url,
    async left() {
      // What was live for a moment keeps its relatives until it is discarded: a branch with children cannot be deleted.
      const isKept = branches().some((name) => name.startsWith('holdfast-rolled-back-'));
      return isKept ? [] : branches().filter((name) => !/^(main|holdfast-emptied-.*)$/.test(name));
    },
    async tidy(holdfast, run) {
      // The first round is the calm one: its content goes, so that the others find the old one.
      await holdfast.run('rollback', { run });
      await holdfast.run('discard', { run });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    ...{ config, repository: join(folder, 'repository'), environment, asked: { strategy: 'neon-branch' } },
    open: async () => target,
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await plane[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function everything(url: string): Promise<unknown> {
  const { objects, rows } = await dumpDatabase(url);
  return { objects: [...objects].sort(), rows: [...rows].sort() };
}

/** All steps of a run and its parts in the order in which they began. */
async function listSteps(repository: Repository, run: RunResult | undefined): Promise<PlayedStep[]> {
  if (run === undefined) return [];
  const ids = await listChildren(repository, run.run.id);
  const children = await Promise.all(ids.map((id) => readResult(repository, id)));
  const began = ({ attempts }: StepRecord): string => attempts[0]?.startedAt ?? '';
  return [run, ...children]
    .flatMap((result) => {
      if (result === undefined) return [];
      const { timeline } = result;
      const last = timeline.at(-1);
      // The step that closes a run is not in the timeline that it writes.
      const close = { n: String(Number(last?.n) + 1).padStart(2, '0'), slug: 'close', attempts: last?.attempts ?? [] };
      const part = result === run ? '' : `${result.run.kind}/`;
      return [...timeline, close].map((step) => ({ ...step, part }));
    })
    .sort((a, b) => began(a).localeCompare(began(b)) || a.n.localeCompare(b.n, 'en', { numeric: true }))
    .map(({ n, slug, part }) => ({ n, slug, part }));
}

/** Databases that a run has made beside the target. */
async function beside(target: string): Promise<string[]> {
  const rows = await runSql(
    testCluster('target').url,
    `select datname from pg_database where datname like '${target}\\_\\_%'`,
  );
  return rows.map((row) => String(row['datname']));
}

const arenas: [strategy: string, open: () => Promise<Arena>][] = [
  ['database-swap', () => openDatabases({ strategy: 'database-swap' })],
  ['in-place', () => openDatabases({ strategy: 'in-place', replace: true })],
  ['neon-branch', openNeon],
];

for (const [strategy, openArena] of arenas) {
  it(`${strategy}: whatever step fails, before it acts or after, the target serves what it served`, async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    await using arena = await openArena();
    const { config, repository, environment } = arena;
    const data = { backup: 'latest', from: 'source', to: 'target', confirm: 'target', ...arena.asked };

    let served: string | undefined;
    const play = async (round: Round | null) => {
      await using target = await arena.open();
      config.breakAt(null);
      served ??= JSON.stringify(await everything(target.url));
      const places = { source: source.url, target: target.url, environment, repository };
      return await withHoldfast(places, async (holdfast) => {
        if (round === null) expect((await holdfast.backup()).result.error).toBeNull();
        config.breakAt(round?.moment === 'before' ? round.index + 1 : null);
        const { id, finished } = await holdfast.start({ name: 'holdfast/restore.requested', data });
        if (round?.moment === 'after') blockRecord(repository, { run: id, step: round.step });
        // A run that did not close itself is closed by a handler that follows; one that was never opened has no result.
        await finished.catch(() => undefined);
        await holdfast.runner.idle();
        config.breakAt(null);
        const result = await readResult(holdfast.repository, id);
        const serves = JSON.stringify(await everything(target.url)) === served ? 'old' : 'new';
        const left = await target.left();
        const steps = await listSteps(holdfast.repository, result);
        await target.tidy(holdfast, id);
        return { result, serves, left: [...left, ...(await target.left())], steps };
      });
    };

    const calm = await play(null);
    expect(calm.result?.error).toBeNull();
    expect(calm.serves).toBe('new');
    const { steps } = calm;
    // The cut-over and what comes before it; what follows only writes down how the run ended.
    const last = steps.findIndex(({ slug }) => slug === 'cut-over');
    expect(last).toBeGreaterThan(8);
    const lines: string[] = [];
    const wrong: string[] = [];
    for (const [index, step] of steps.entries()) {
      // Where the record of a part's step will lie is not known before the part begins.
      for (const moment of step.part === '' ? (['before', 'after'] as const) : (['before'] as const)) {
        const { result, serves, left } = await play({ moment, index, step });
        const { status, exitCode } = result ?? { status: 'never opened', exitCode: 1 };
        const line = `${moment} ${step.part}${step.n}-${step.slug}: ${status}, exit ${exitCode} (${result?.error?.code ?? 'no error'}), serves the ${serves} content${left.length > 0 ? `, left: ${left.join(', ')}` : ''}`;
        lines.push(line);
        // A step after the cut-over that fails leaves the proven copy live, and what it replaced beside it.
        // A step that only lets something go may fail without harm to the run: then the whole of it has been done.
        const undone = serves === 'old' && left.length === 0 && status !== 'completed' && exitCode !== 7;
        const passed = index > last ? serves === 'new' : undone || (status === 'completed' && serves === 'new');
        if (!passed) wrong.push(line);
      }
    }
    console.log(`${strategy}\n${lines.join('\n')}`);
    expect(wrong).toEqual([]);
  }, 900_000);
}

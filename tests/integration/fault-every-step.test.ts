import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Repository } from '#lib/repository/repository.ts';
import { listChildren } from '#lib/runs/children-store.ts';
import type { RunResult, StepRecord } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { type BreakableConfig, blockRecord, writeBreakableConfig } from '#tests/support/step-faults.ts';
import { createDatabase, ensureTemplate, testCluster } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

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

let folder: string;
let config: BreakableConfig;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  config = await writeBreakableConfig(folder);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

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

for (const asked of [{ strategy: 'database-swap' }, { strategy: 'in-place', replace: true }]) {
  it(`${asked.strategy}: whatever step fails, before it acts or after, the target serves what it served`, async () => {
    await using source = await createDatabase({ cluster: 'source', template: await shopTemplate() });
    const template = await ensureTemplate({
      cluster: 'target',
      name: 'lived',
      build: async (url) => void (await runSql(url, lived)),
    });
    const repository = join(folder, `repository-${asked.strategy}`);
    const environment = { HOLDFAST_CONFIG: config.file };
    const data = { backup: 'latest', from: 'source', to: 'target', confirm: 'target', ...asked };

    let served: string | undefined;
    const play = async (round: Round | null) => {
      await using target = await createDatabase({ cluster: 'target', template });
      served ??= JSON.stringify(await everything(target.url));
      return await withHoldfast(
        { source: source.url, target: target.url, environment, repository },
        async (holdfast) => {
          config.breakAt(null);
          if (round === null) expect((await holdfast.backup()).result.error).toBeNull();
          config.breakAt(round?.moment === 'before' ? round.index + 1 : null);
          const { id, finished } = await holdfast.start({ name: 'holdfast/restore.requested', data });
          if (round?.moment === 'after') blockRecord(repository, { run: id, step: round.step });
          // A run that did not close itself is closed by a handler that follows; one that was never opened has no result.
          await finished.catch(() => undefined);
          await holdfast.runner.idle();
          const result = await readResult(holdfast.repository, id);
          const serves = JSON.stringify(await everything(target.url)) === served ? 'old' : 'new';
          const left = await beside(target.name);
          for (const name of left) await runSql(testCluster('target').url, `drop database "${name}" with (force)`);
          return { result, serves, left, steps: await listSteps(holdfast.repository, result) };
        },
      );
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
        const expected = index <= last ? 'old' : 'new';
        // A step after the cut-over that fails leaves the proven copy live, and what it replaced beside it.
        const leftovers = index <= last ? left.filter((name) => !name.includes('__rolled_back_')) : [];
        const ended = index > last || (status !== 'completed' && exitCode !== 7);
        if (serves !== expected || leftovers.length > 0 || !ended) wrong.push(line);
      }
    }
    console.log(`${asked.strategy}\n${lines.join('\n')}`);
    expect(wrong).toEqual([]);
  }, 600_000);
}

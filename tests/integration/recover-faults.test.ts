import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readResult } from '#lib/runs/run-store.ts';
import { dumpDatabase } from '#tests/support/dump-database.ts';
import { shopTemplate } from '#tests/support/shop.ts';
import { type BreakableConfig, blockRecord, writeBreakableConfig } from '#tests/support/step-faults.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

let folder: string;
let config: BreakableConfig;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
  config = await writeBreakableConfig(folder);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function everything(url: string): Promise<string> {
  const { objects, rows } = await dumpDatabase(url);
  return JSON.stringify({ objects: [...objects].sort(), rows: [...rows].sort() });
}

interface Round {
  moment: 'before' | 'after';
  index: number;
  step: { n: string; slug: string };
}

it('whatever step of a recovery fails, before it acts or after, it leaves a proven side schema or nothing', async () => {
  const repository = join(folder, 'repository');
  const environment = { HOLDFAST_CONFIG: config.file };
  const data = { backup: 'latest', to: 'source', tables: ['shop.*'], schema: 'side' };
  await using live = await createDatabase({ cluster: 'source', template: await shopTemplate() });
  const untouched = await everything(live.url);

  const play = (round: Round | null) =>
    withHoldfast({ source: live.url, environment, repository }, async (holdfast) => {
      config.breakAt(null);
      if (round === null) expect((await holdfast.backup()).result.error).toBeNull();
      config.breakAt(round?.moment === 'before' ? round.index + 1 : null);
      const { id, finished } = await holdfast.start({ name: 'holdfast/recover.requested', data });
      if (round?.moment === 'after') blockRecord(repository, { run: id, step: round.step });
      // A run that did not close itself is closed by a handler that follows; one that was never opened has no result.
      await finished.catch(() => undefined);
      await holdfast.runner.idle();
      const result = await readResult(holdfast.repository, id);
      const side = await runSql(
        live.url,
        `select nspname as name from pg_namespace where nspname in ('side', 'holdfast')`,
      );
      await runSql(live.url, 'drop schema if exists side cascade');
      const isUntouched = (await everything(live.url)) === untouched;
      return { result, side: side.map(({ name }) => name), isUntouched };
    });

  const calm = await play(null);
  expect(calm).toMatchObject({ result: { status: 'completed' }, side: ['side'], isUntouched: true });
  const steps = calm.result?.timeline ?? [];
  expect(steps.map(({ slug }) => slug)).toEqual([
    ...['open', 'find-backup', 'preflight', 'prepare', 'tables', 'load-0', 'keys-0', 'plan-proof', 'read-0', 'proof'],
    ...['plan-comparison', 'compare-0', 'report', 'finish'],
  ]);
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const [index, { n, slug }] of steps.entries()) {
    for (const moment of ['before', 'after'] as const) {
      const { result, side, isUntouched } = await play({ moment, index, step: { n, slug } });
      const { status, exitCode } = result ?? { status: 'never opened', exitCode: 1 };
      const line = `${moment} ${n}-${slug}: ${status}, exit ${exitCode} (${result?.error?.code ?? 'no error'}), left: ${side.join(', ') || 'nothing'}`;
      lines.push(line);
      const isRight = status === 'completed' ? side.join() === 'side' : side.length === 0 && exitCode !== 7;
      if (!isRight || !isUntouched) wrong.push(line);
    }
  }
  console.log(lines.join('\n'));
  expect(wrong).toEqual([]);
}, 600_000);

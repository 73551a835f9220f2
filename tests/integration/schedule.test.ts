import { describe, expect, it } from 'vitest';
import { listBackups } from '#lib/manifest/manifest-store.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunResult } from '#lib/runs/run-record.ts';
import { listRunIds, readResult, readRun } from '#lib/runs/run-store.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { travelInTime } from '#tests/support/travel-in-time.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { withHoldfast } from '#tests/support/workflow.ts';

/** Half past five hours ahead of UTC, all year. */
const timezone = 'Asia/Kolkata';

/** A daily schedule whose next tick is the next full minute, and a moment before that. */
function tickSoon(): { cron: string; start: number } {
  const tick = Math.ceil((Date.now() + 2_000) / 60_000) * 60_000;
  const there = new Date(tick + 5.5 * 3_600_000);
  return { cron: `${there.getUTCMinutes()} ${there.getUTCHours()} * * *`, start: tick - 700 };
}

/** The results of ended runs, oldest first. */
async function readResults(repository: Repository): Promise<RunResult[]> {
  const results = await Promise.all((await listRunIds(repository)).reverse().map((id) => readResult(repository, id)));
  return results.filter((result) => result !== undefined);
}

describe('a schedule', () => {
  it('starts a backup at its time in its zone, once, after its jitter', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table t as select 1 as id');
    const { cron, start } = tickSoon();
    const schedule = { backup: cron, drill: '0 4 * * 0', timezone, jitter: '200ms' };
    await travelInTime(start, () =>
      withHoldfast({ source: source.url, config: { connections: { source: { schedule } } } }, async (holdfast) => {
        const { repository } = holdfast;
        const [before] = await readPromises(await holdfast.workspace(), new Date());
        expect(before?.next).toMatchObject([
          { kind: 'backup', at: new Date(start + 700).toISOString() },
          { kind: 'drill' },
        ]);

        const result = await waitFor(async () => (await readResults(repository))[0]);
        expect(result).toMatchObject({ status: 'completed', run: { kind: 'backup', connection: 'source' } });
        expect(result.run.eventId).toMatch(/^schedule\./);
        expect(Date.parse(result.run.startedAt)).toBeGreaterThanOrEqual(start + 700);
        await holdfast.runner.idle();
        expect(await listBackups(repository)).toHaveLength(1);
        expect(await listRunIds(repository)).toHaveLength(1);
      }),
    );
  });

  it('skips a run where one of its kind is under way, and says so', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table t as select 1 as id');
    const { cron, start } = tickSoon();
    const connections = { source: { schedule: { backup: cron, timezone } } };
    await travelInTime(start, () =>
      withHoldfast({ source: source.url, config: { connections } }, async (holdfast) => {
        const { repository } = holdfast;
        const backup = await withClient(source.url, async (client) => {
          await client.query('begin');
          await client.query('lock table t in access exclusive mode');
          const started = await holdfast.start({ name: 'holdfast/backup.requested', data: { connection: 'source' } });
          await waitFor(() => readRun(repository, started.id));
          const skipped = await waitFor(async () => (await readResults(repository))[0]);
          expect(skipped).toMatchObject({ status: 'skipped', exitCode: 0, error: null, run: { kind: 'backup' } });
          expect(skipped.outcome).toEqual({
            skipped: `Skipped: run ${started.id}, a backup of source too, was still under way.`,
          });
          const [promise] = await readPromises(await holdfast.workspace(), new Date());
          expect(promise).toMatchObject({ running: [{ run: started.id, kind: 'backup' }], lastFailure: null });
          await client.query('rollback');
          return started;
        });
        expect((await backup.finished).result.status).toBe('completed');
        await holdfast.runner.idle();
        expect(await listRunIds(repository)).toHaveLength(2);
        expect(await listBackups(repository)).toHaveLength(1);
      }),
    );
  });
});

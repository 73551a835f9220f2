import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inngest } from '#inngest/client.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { listBackups } from '#lib/manifest/manifest-store.ts';
import { readPromises } from '#lib/promise/read-promises.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RunRecord, RunResult } from '#lib/runs/run-record.ts';
import { listRunIds, readResult, readRun } from '#lib/runs/run-store.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { travelInTime } from '#tests/support/travel-in-time.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql, withClient } from '#tests/support/with-client.ts';
import { type Holdfast, withHoldfast } from '#tests/support/workflow.ts';

/** Half past five hours ahead of UTC, all year. */
const timezone = 'Asia/Kolkata';

/** A daily schedule whose next tick is the next full minute, and a minute before that. */
function tickSoon(): { cron: string; tick: number; start: number } {
  const tick = Math.ceil(Date.now() / 60_000) * 60_000;
  const there = new Date(tick + 5.5 * 3_600_000);
  return { cron: `${there.getUTCMinutes()} ${there.getUTCHours()} * * *`, tick, start: tick - 60_000 };
}

/** Any event makes a runner look what is due. */
async function wake({ runner }: Holdfast): Promise<void> {
  await runner.send({ name: 'test/wake', data: {} });
}

/** The backups that were begun, oldest first; what a server does by itself at this time of day is left out. */
async function readBackupRuns(repository: Repository): Promise<RunRecord[]> {
  const runs = await Promise.all((await listRunIds(repository)).reverse().map((id) => readRun(repository, id)));
  return runs.filter((run) => run !== undefined).filter(({ kind }) => kind === 'backup');
}

/** The results of those that have ended. */
async function readResults(repository: Repository): Promise<RunResult[]> {
  const runs = await readBackupRuns(repository);
  const results = await Promise.all(runs.map(({ id }) => readResult(repository, id)));
  return results.filter((result) => result !== undefined);
}

describe('a schedule', () => {
  it('starts a backup at its time in its zone, once, after its jitter', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table t as select 1 as id');
    const { cron, tick, start } = tickSoon();
    const schedule = { backup: cron, drill: '0 4 * * 0', timezone, jitter: '200ms' };
    await travelInTime(start, (jump) =>
      withHoldfast({ source: source.url, config: { connections: { source: { schedule } } } }, async (holdfast) => {
        const { repository } = holdfast;
        const [before] = await readPromises(await holdfast.workspace(), new Date());
        expect(before?.next).toMatchObject([{ kind: 'backup', at: new Date(tick).toISOString() }, { kind: 'drill' }]);
        expect(await readBackupRuns(repository)).toEqual([]);

        jump(tick);
        await wake(holdfast);
        const result = await waitFor(async () => (await readResults(repository))[0]);
        expect(result).toMatchObject({ status: 'completed', run: { kind: 'backup', connection: 'source' } });
        expect(result.run.eventId).toMatch(/^schedule\./);
        expect(Date.parse(result.run.startedAt)).toBeGreaterThanOrEqual(tick);
        await holdfast.runner.idle();
        expect(await listBackups(repository)).toHaveLength(1);
        expect(await readBackupRuns(repository)).toHaveLength(1);
        const { entries } = await listAudit(repository, { limit: 100 });
        expect(entries.filter(({ what }) => what === 'holdfast/backup.requested')).toMatchObject([
          {
            ...{ who: { kind: 'schedule', id: 'backup-source', name: 'schedule backup of source' }, role: null },
            ...{ from: hostname(), object: 'source', outcome: 'accepted', detail: { event: result.run.eventId } },
          },
        ]);
      }),
    );
  });

  it('begins nothing that cannot be logged, and people are told', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    const { cron, tick, start } = tickSoon();
    const connections = { source: { schedule: { backup: cron, timezone } } };
    const told: unknown[] = [];
    const listener = inngest.createFunction(
      { id: 'test-listener', triggers: [{ event: 'holdfast/backup.failed' }] },
      ({ event }) => void told.push(event.data),
    );
    await travelInTime(start, (jump) =>
      withHoldfast({ source: source.url, config: { connections }, functions: [listener] }, async (holdfast) => {
        // A file where the folder of the log has to be.
        await writeFile(join(holdfast.folder, 'audit'), '');
        jump(tick);
        await wake(holdfast);
        const outcome = await waitFor(async () => told[0]);
        expect(outcome).toMatchObject({ kind: 'backup', connection: 'source', status: 'failed' });
        expect(outcome).toMatchObject({ message: expect.stringMatching(/^Not begun: Cannot write audit\//) });
        await holdfast.runner.idle();
        expect(await readBackupRuns(holdfast.repository)).toEqual([]);
      }),
    );
  });

  it('of the service itself is in the audit log too: the daily sweep and prune', async () => {
    const day = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    const minute = (of: string): number => day + Date.parse(`1970-01-01T${of}:00Z`);
    await travelInTime(minute('03:16'), (jump) =>
      withHoldfast({}, async (holdfast) => {
        for (const [at, kind] of [
          ['03:17', 'sweep'],
          ['04:47', 'prune'],
        ] as const) {
          jump(minute(at));
          await wake(holdfast);
          const asked = await waitFor(async () => {
            const { entries } = await listAudit(holdfast.repository, { limit: 100, now: new Date() });
            return entries.find(({ what }) => what === `holdfast/${kind}.requested`);
          });
          const who = { kind: 'schedule', id: kind, name: `schedule ${kind}` };
          expect(asked).toMatchObject({ who, outcome: 'accepted' });
          expect(await readRun(holdfast.repository, asked.run ?? '')).toMatchObject({
            kind,
            eventId: asked.detail['event'],
          });
          await holdfast.runner.idle();
        }
      }),
    );
  });

  it('skips a run where one of its kind is under way, and says so', async () => {
    await using source = await createDatabase({ cluster: 'source' });
    await runSql(source.url, 'create table t as select 1 as id');
    const { cron, tick, start } = tickSoon();
    const connections = { source: { schedule: { backup: cron, timezone } } };
    await travelInTime(start, (jump) =>
      withHoldfast({ source: source.url, config: { connections } }, async (holdfast) => {
        const { repository } = holdfast;
        const backup = await withClient(source.url, async (client) => {
          await client.query('begin');
          await client.query('lock table t in access exclusive mode');
          const started = await holdfast.start({ name: 'holdfast/backup.requested', data: { connection: 'source' } });
          await waitFor(() => readRun(repository, started.id));
          jump(tick);
          await wake(holdfast);
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
        expect(await readBackupRuns(repository)).toHaveLength(2);
        expect(await listBackups(repository)).toHaveLength(1);
      }),
    );
  });
});

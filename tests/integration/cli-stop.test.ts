import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace, passwordOf, type RunningCli } from '#tests/support/cli-place.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

/** Holds a lock that a backup of the source has to wait for. */
async function lockSessions(url: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin; lock table sessions in access exclusive mode');
  return { release: () => client.end() };
}

/** Until a backup waits for the lock. */
async function untilWaiting(url: string, { process: child }: RunningCli): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await runSql(url, waiting)).length === 0) {
    if (child.exitCode !== null) throw new Error(`The CLI ended with ${child.exitCode} and never waited.`);
    await sleep(50);
  }
}

describe.concurrent('a run whose process stops', () => {
  it('is told of by every command after SIGKILL, and resumed to its end', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const lock = await lockSessions(source.url);
    const killed = place.start(['backup', '--label', 'killed']);
    await untilWaiting(source.url, killed);
    killed.process.kill('SIGKILL');
    await killed.ended;
    await lock.release();
    // The journal, the run's records and what the step has stored are all there now.
    expect(await place.listJournals()).toHaveLength(1);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);

    const told = await place.run(['runs']);
    expect(told.stdout).toMatch(/interrupted$/m);
    expect(told.stderr).toMatch(
      /^note: There is something to resume \(backup of production, run \S+\): `holdfast resume`\.$/m,
    );
    expect((await place.run(['runs', '--quiet'])).stderr).toBe('');
    expect(await place.runJson(['runs'])).toMatchObject({ runs: [{ status: 'interrupted' }] });

    // Without its URL a run would fail for good: it waits.
    const env = { DATABASE_URL: undefined };
    expect(await place.runBadly(['resume'], { exitCode: 2, env })).toMatch(/no connection "production"/);
    expect(await place.listJournals()).toHaveLength(1);

    const resumed = await place.runJson(['resume']);
    expect(resumed).toMatchObject({ exitCode: 0, runs: [{ status: 'completed', error: null }] });
    expect(resumed.runs[0].outcome.totals.rows).toBe(String(cliRows.total));
    expect(await place.listJournals()).toEqual([]);
    expect(await place.run(['resume'])).toMatchObject({
      exitCode: 0,
      stdout: 'There is nothing to resume.\n',
      stderr: '',
    });
    expect((await place.runJson(['list'])).backups).toMatchObject([{ summary: { label: 'killed' } }]);
    await place.expectNoSecret([passwordOf(source.url)]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends cleanly on %s with exit code 6, and resumes from another repository option',
    async (signal) => {
      await using source = await createCliSource();
      await using place = await openCliPlace({ DATABASE_URL: source.url });
      const lock = await lockSessions(source.url);
      const stopped = place.start(['backup', '--repository', 'file:here']);
      await untilWaiting(source.url, stopped);
      stopped.process.kill(signal);
      await stopped.said(/stopping/);
      await lock.release();
      const { exitCode, stdout, stderr } = await stopped.ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' });
      const runId = /^hint: Go on with `holdfast resume (\S+)`/m.exec(stderr)?.[1] ?? '';
      expect(runId).toMatch(/^\d{8}T\d{6}Z-/);

      expect(await place.runBadly(['resume', '2001'], { exitCode: 2 })).toMatch(/Nothing is called "2001"/);
      const resumed = await place.runJson(['resume', runId]);
      expect(resumed).toMatchObject({ exitCode: 0, runs: [{ run: { id: runId }, status: 'completed' }] });
      expect(await place.runJson(['list', '--repository', 'file:here'])).toMatchObject({ total: 1 });
    },
  );

  it('ends at once on the second SIGINT', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    const lock = await lockSessions(source.url);
    const stopped = place.start(['backup']);
    await untilWaiting(source.url, stopped);
    stopped.process.kill('SIGINT');
    await stopped.said(/stopping/);
    await sleep(600);
    stopped.process.kill('SIGINT');
    // The step still waits for the lock: a command that waited for it would not end.
    expect((await stopped.ended).exitCode).toBe(6);
    await lock.release();
    expect(await place.listJournals()).toHaveLength(1);
    expect(await place.runJson(['resume'])).toMatchObject({ exitCode: 0 });
  });

  it('leaves alone what a living process drives; several work at once', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url, HOLDFAST_DATABASE_TWO_URL: source.url });
    const lock = await lockSessions(source.url);
    const first = place.start(['backup']);
    const second = place.start(['backup', 'two']);
    await untilWaiting(source.url, first);
    await Promise.all([first.said(/: run /), second.said(/: run /)]);
    expect(await place.run(['resume'])).toMatchObject({ exitCode: 0, stdout: 'There is nothing to resume.\n' });
    expect(await place.run(['runs'])).toMatchObject({ stdout: expect.stringMatching(/running$/m), stderr: '' });
    await lock.release();
    expect([(await first.ended).exitCode, (await second.ended).exitCode]).toEqual([0, 0]);
    expect(await place.runJson(['list'])).toMatchObject({ total: 2 });
  });
});

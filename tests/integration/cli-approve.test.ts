import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cliRows, countTables, createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace, passwordOf, type RunningCli } from '#tests/support/cli-place.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const restore = ['restore', 'latest', '--to', 'neon', '--require-approval'];

/** A place with a backup, and the run that waits for approval in it. */
async function startWaiting(place: CliPlace, args: readonly string[]): Promise<{ waiting: RunningCli; run: string }> {
  const waiting = place.start(args);
  await waiting.said(/waits for approval/);
  const { runs } = await place.runJson(['runs']);
  const open = runs.find((entry: { run: { parent: string | null } }) => entry.run.parent === null);
  expect(open).toMatchObject({ status: 'waiting' });
  return { waiting, run: open.run.id };
}

describe('a run that waits for approval', () => {
  it('says what for, until when and how; goes on when another process approves; both tell the end', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    const args = ['transfer', '--from', 'production', '--to', 'neon', '--yes', '--require-approval'];
    const { waiting, run } = await startWaiting(place, args);
    // It was proven and has not gone live.
    expect(await runSql(target.url, `select to_regclass('sessions') is null as old`)).toEqual([{ old: 't' }]);
    const shown = await place.runJson(['show', run]);
    expect(shown).toMatchObject({
      status: 'waiting',
      waiting: { for: 'approval', what: expect.stringMatching(/^backup \S+ to go live as neon$/) },
      children: [
        { run: { kind: 'backup' }, status: 'completed' },
        { run: { kind: 'restore' }, status: 'waiting' },
      ],
      proof: { passed: true },
    });
    expect(shown.waiting.run).toBe(shown.children[1].run.id);
    // Whoever names the part that waits means the run.
    const approved = await place.runJson(['approve', shown.waiting.run]);
    expect(approved).toMatchObject({
      status: 'completed',
      run: { id: run, kind: 'transfer' },
      cutover: { state: 'live' },
    });
    const { exitCode, stdout, stderr } = await waiting.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^Transferred and proven: /) });
    expect(stderr).toMatch(
      new RegExp(`^ {2}approve {2}holdfast approve ${run}\n {2}cancel {3}holdfast cancel ${run}$`, 'm'),
    );
    expect(await runSql(target.url, 'select count(*) as n from sessions')).toEqual([{ n: String(cliRows.sessions) }]);

    expect(await place.runBadly(['approve', run], { exitCode: 3 })).toMatch(/has ended \(completed\)/);
    expect(await place.runBadly(['cancel', run], { exitCode: 3 })).toMatch(/has ended already \(completed\)/);
    expect(await place.runBadly(['approve', '1999'], { exitCode: 2 })).toMatch(/Nothing is called "1999"/);
    expect(await place.runJson(['discard', run, '--yes'])).toMatchObject({ status: 'completed' });
    expect(await place.listJournals()).toEqual([]);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('is taken up by `approve` where its process was killed', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const { waiting, run } = await startWaiting(place, restore);
    waiting.process.kill('SIGKILL');
    await waiting.ended;
    const told = await place.run(['runs']);
    expect(told.stderr).toMatch(new RegExp(`^note: Approval is waited for .*: \`holdfast approve ${run}\`\\.$`, 'm'));
    const approved = await place.run(['approve', run]);
    expect(approved.exitCode, approved.stderr).toBe(0);
    expect(approved.stdout).toMatch(/^Restored and proven: /);
    expect(await place.listJournals()).toEqual([]);
  });

  it('ends by itself when nobody approves in time, also where nobody was there to see the time pass', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    await writeFile(join(place.folder, 'hurried.mjs'), "export default { approvalTimeout: '4s' };");
    const hurried = [...restore, '--config', 'hurried.mjs'];
    const late = await place.runJson(hurried, { exitCode: 6 });
    expect(late).toMatchObject({ status: 'cancelled', error: { code: 'not_approved' }, proof: { passed: true } });
    expect(await countTables(target.url)).toBe(0);

    const waiting = place.start(hurried);
    await waiting.said(/waits for approval/);
    waiting.process.kill('SIGKILL');
    await waiting.ended;
    const [open] = (await place.runJson(['runs'])).runs;
    const run = open.run.id;
    expect(run).not.toBe(late.run.id);
    await sleep(4_000);
    expect(await place.runBadly(['approve', run], { exitCode: 3 })).toMatch(/that is over.*holdfast resume/s);
    const resumed = await place.runJson(['resume', run], { exitCode: 6 });
    expect(resumed).toMatchObject({ runs: [{ status: 'cancelled', error: { code: 'not_approved' } }] });
    expect(await countTables(target.url)).toBe(0);
  });

  it('stays waiting on Ctrl-C, which says how to go on; `cancel` takes it up and leaves nothing', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const { waiting, run } = await startWaiting(place, restore);
    waiting.process.kill('SIGINT');
    const { exitCode, stdout, stderr } = await waiting.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^error: Stopped; run ${run} .* waits for approval until .* UTC\\.`, 'm'));
    expect(stderr).toMatch(
      new RegExp(`^hint: \`holdfast approve ${run}\` lets it go live, \`holdfast cancel ${run}\``, 'm'),
    );
    expect(await place.runJson(['runs'])).toMatchObject({ runs: [{ status: 'waiting' }, { status: 'completed' }] });
    const cancelled = await place.runJson(['cancel', run]);
    expect(cancelled).toMatchObject({
      run,
      cancelled: true,
      exitCode: 0,
      result: { status: 'cancelled', exitCode: 6 },
    });
    expect(await countTables(target.url)).toBe(0);
    expect(await place.listJournals()).toEqual([]);
    expect(await place.runBadly(['approve', run], { exitCode: 3 })).toMatch(/has ended \(cancelled\)/);
  });

  it('ends when another process cancels it', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await runSql(target.url, 'create table mine (id integer)');
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
    expect(await place.run(['backup'])).toMatchObject({ exitCode: 0 });
    const { waiting, run } = await startWaiting(place, [...restore, '--yes']);
    const cancelled = await place.run(['cancel', run]);
    expect(cancelled.exitCode, cancelled.stderr).toBe(0);
    expect(cancelled.stdout).toMatch(
      /^Cancelled: Restore of \S+ to neon\n {2}left +nothing; neon serves what it served$/m,
    );
    const { exitCode, stdout, stderr } = await waiting.ended;
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 6,
      stdout: expect.stringMatching(/^Proven, but not live: \S+ for neon$/m),
      stderr: expect.stringMatching(/^error: Run \S+ was cancelled\.$/m),
    });
    expect(
      await runSql(target.url, `select count(*) as n from pg_database where datname ~ '__staging_${run}'`),
    ).toEqual([{ n: '0' }]);
    expect(await countTables(target.url)).toBe(1);
    expect(await place.listJournals()).toEqual([]);
  });
});

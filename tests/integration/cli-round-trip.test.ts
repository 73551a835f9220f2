import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '#lib/config/environment.ts';
import { holdfastVersion } from '#lib/config/version.ts';
import { cliRows, createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace, passwordOf } from '#tests/support/cli-place.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

describe.concurrent('the CLI', () => {
  it('backs up, lists, shows, verifies, restores and shows the proof, in text and in JSON', async () => {
    await using source = await createCliSource();
    await using target = await createDatabase({ cluster: 'target' });
    await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });

    const doctor = await place.runJson(['doctor']);
    expect(doctor).toMatchObject({ passed: true, exitCode: 0 });
    expect(doctor.checks.map((check: { object: string }) => check.object)).toContain('connection neon');

    const backup = await place.runJson(['backup', '--label', 'first one', '--lanes', '2']);
    expect(backup).toMatchObject({
      status: 'completed',
      exitCode: 0,
      error: null,
      run: { kind: 'backup', connection: 'production' },
      outcome: { totals: { rows: String(cliRows.total) } },
    });
    const again = await place.run(['backup']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/stored .*, 0 B of it new/) });
    expect(again.stderr).toMatch(/^backup of production: run \d{8}T\d{6}Z-[0-9a-z]{6}$/m);

    const list = await place.runJson(['list', '--connection', 'production']);
    expect(list.backups.map((entry: { backupId: string }) => entry.backupId)).toContain(backup.outcome.backup);
    expect(list.backups[1]).toMatchObject({ summary: { label: 'first one', rows: String(cliRows.total) } });
    expect((await place.run(['list', '--limit', '1'])).stdout).toMatch(/and 1 older/);
    expect(await place.runJson(['list', '--connection', 'nothing'])).toMatchObject({ total: 0, backups: [] });

    const id: string = backup.outcome.backup;
    expect((await place.runJson(['show', id])).manifest).toMatchObject({ id, label: 'first one' });
    const shown = await place.run(['show', id]);
    expect(shown.stdout).toMatch(/public\.players +2,000 .* 1 {2}[0-9a-f]{16}$/m);
    expect(shown.stdout).toMatch(/public\.empty +0 /);

    expect(await place.runJson(['verify', id])).toMatchObject({ outcome: { backup: id, damaged: 0 }, exitCode: 0 });

    const restore = await place.runJson(['restore', id, '--to', 'neon', '--proof', 'content']);
    expect(restore).toMatchObject({
      status: 'completed',
      run: { target: 'neon', backup: id },
      proof: { passed: true },
    });
    expect(await runSql(target.url, 'select count(*) from sessions')).toEqual([{ count: String(cliRows.sessions) }]);

    const run = await place.run(['show', restore.run.id]);
    expect(run.stdout).toMatch(/^Restore of .* to neon .*: completed$/m);
    expect(run.stdout).toMatch(/^ {2}public\.sessions +6,000 +6,000 {2}equal$/m);
    expect(run.stdout).toMatch(/^ {2}\d\d +preflight +1 /m);
    const runs = await place.runJson(['runs']);
    const kinds = runs.runs.map((entry: { run: { kind: string } }) => entry.run.kind).sort();
    expect(kinds).toEqual(['backup', 'backup', 'restore', 'verify']);
    expect(await place.runJson(['runs', restore.run.id])).toMatchObject({ kind: 'run', status: 'completed' });

    // A restored database is no empty target, and says so before anything is touched.
    expect(await place.runBadly(['restore', 'latest', '--to', 'neon'], { exitCode: 3 })).toMatch(/holds \d+ objects/);
    expect(await runSql(target.url, 'select count(*) from sessions')).toEqual([{ count: String(cliRows.sessions) }]);

    expect(await place.listJournals()).toEqual([]);
    await place.expectNoSecret([passwordOf(source.url), passwordOf(target.url)]);
  });

  it('says nothing beside the result with --quiet, and no colours where no terminal is', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ DATABASE_URL: source.url });
    const { exitCode, stdout, stderr } = await place.run(['backup', '--quiet']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
  });

  it('takes repository and config from options, and from the config of another folder', async () => {
    await using source = await createCliSource();
    await using place = await openCliPlace({ HOLDFAST_REPOSITORY: undefined, GAME_URL: source.url });
    const config = join(place.folder, 'other.config.ts');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(config, `export default { connections: { game: { urlFrom: 'GAME_URL' } }, codec: 'gzip' };\n`);
    const options = ['--config', 'other.config.ts', '--repository', 'file:elsewhere'];
    expect(await place.runJson(['backup', 'game', ...options])).toMatchObject({ status: 'completed' });
    expect(await place.runJson(['list', ...options])).toMatchObject({
      repository: `file:${join(place.folder, 'elsewhere')}`,
      total: 1,
    });
    expect(await place.runJson([...options, 'verify', 'latest'])).toMatchObject({ outcome: { damaged: 0 } });
  });
});

describe.concurrent('what is wrong with a command line', () => {
  let place: CliPlace;
  beforeAll(async () => {
    place = await openCliPlace({});
    return () => place[Symbol.asyncDispose]();
  });

  it.each([
    [['backpu'], /unknown command 'backpu'/],
    [['backup', '--lanes', 'many'], /whole number from 1 to 16/],
    [['backup', '--pg-dump', 'perl'], /Allowed choices are auto, native, wasm/],
    [['restore', 'latest'], /required option '--to <name>'/],
    [['restore', '--to', 'x'], /missing required argument 'backup'/],
    [['list', '--all'], /unknown option '--all'/],
    [['list', 'production'], /too many arguments/],
    [[], /No verb is given/],
    [['list', '--repository', 'ftp://x/y'], /not a repository location/],
  ])('%j is a usage error', async (args, message) => {
    const { exitCode, stdout, stderr } = await place.run([...args, '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', exitCode: 2, error: { exitCode: 2 } });
  });

  it('has a help with examples for every verb, on stdout', async () => {
    const verbs = [
      ...['backup', 'restore', 'transfer', 'approve', 'cancel', 'rollback', 'discard', 'sweep'],
      ...['list', 'show', 'verify', 'runs', 'resume', 'doctor'],
    ];
    await Promise.all(
      verbs.map(async (verb) => {
        const { exitCode, stdout, stderr } = await place.run([verb, '--help']);
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
        expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ holdfast ${verb}`));
      }),
    );
    expect(await place.run(['--version'])).toMatchObject({ exitCode: 0, stdout: `${holdfastVersion}\n` });
  });

  it('shows the stack only when HOLDFAST_DEBUG=1 asks for it', async () => {
    const { process: child, ended } = place.start(['list', '--repository', 'ftp://x'], {
      env: { HOLDFAST_DEBUG: '1' },
    });
    await expect(ended).rejects.toThrow(/a stack trace/);
    expect(child.exitCode).toBe(2);
  });

  it('starts with an older Node too', async ({ skip }) => {
    const older = findOlderNode();
    if (older === undefined) {
      const reason = 'no Node older than 24 is on the PATH';
      console.log(reason);
      return skip(reason);
    }
    expect(await place.run(['--version'], { node: older })).toMatchObject({
      exitCode: 0,
      stdout: `${holdfastVersion}\n`,
    });
    expect(await place.run(['list', '--all'], { node: older })).toMatchObject({ exitCode: 2 });
  });
});

/** The launcher finds the pinned Node itself, whichever starts it. */
function findOlderNode(): string | undefined {
  return (readEnvironment()['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((node) => {
      const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '';
      return Number(/^v(\d+)/.exec(version)?.[1] ?? 99) < 24;
    });
}

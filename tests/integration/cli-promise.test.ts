import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listScratchConnections, scratchConnectionName } from '#lib/scratch/scratch-connection.ts';
import { createCliSource } from '#tests/support/cli-database.ts';
import { type CliPlace, openCliPlace } from '#tests/support/cli-place.ts';
import { runSql } from '#tests/support/with-client.ts';

const sha = '4F2A91C0d8e7b6a5948372615f4e3d2c1b0a9f8e';

/** A server program for drills is looked for in the packages of the folder that the CLI runs in. */
async function withServerPrograms(place: CliPlace): Promise<void> {
  await symlink(join(import.meta.dirname, '..', '..', 'node_modules'), join(place.folder, 'node_modules'));
}

it('a deploy is stopped until its backup is proven, and the promise is kept from then on', async () => {
  await using source = await createCliSource();
  await runSql(
    source.url,
    `create table _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz);
     insert into _prisma_migrations values ('20260101_init', '2026-01-01', null), ('20260301_undone', '2026-03-01', now()),
       ('20260201_orders', '2026-02-01', null), ('20260401_stuck', null, null)`,
  );
  await using place = await openCliPlace({ DATABASE_URL: source.url });
  await withServerPrograms(place);
  const promised = { rpo: '24h', rto: '10m', schedule: { backup: '0 3 * * *', drill: '0 4 * * 0' } };
  const config = `export default ${JSON.stringify({ connections: { production: promised } })};`;
  await writeFile(join(place.folder, 'promised.mjs'), config);
  const run = (args: readonly string[], exitCode = 0) =>
    place.runJson([...args, '--config', 'promised.mjs'], { exitCode });
  const gate = ['gate', '--connection', 'production'];

  // The repository is there with the first backup.
  await place.run(['backup', '--label', 'before 2.0', '--quiet']);
  const deploy = { GITHUB_SHA: sha, GITHUB_REF_NAME: 'main' };
  const backedUp = await place.runJson(['backup'], { env: deploy });
  const { backup } = backedUp.outcome;

  const listed = await place.runJson(['list', '--git', '4f2a91c']);
  expect(listed).toMatchObject({ total: 1, backups: [{ backupId: backup, summary: { gitSha: sha.toLowerCase() } }] });
  expect((await place.runJson(['list', '--git', 'ffff'])).backups).toEqual([]);
  expect(await place.runJson(['list', '--label', 'BEFORE'])).toMatchObject({ total: 1 });
  expect(await place.runJson(['list', '--since', '1h'])).toMatchObject({ total: 2 });
  expect(await place.runJson(['list', '--before', '2020-01-01'])).toMatchObject({ total: 0 });
  const shown = await place.runJson(['show', backup]);
  expect(shown.manifest ?? shown).toMatchObject({
    git: { sha: sha.toLowerCase(), ref: 'main' },
    migration: { tool: 'prisma', version: '20260201_orders' },
  });

  const closed = await place.run(gate);
  expect(closed).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/^closed: production has no proven backup\..*\n$/),
  });
  expect(await run([...gate, '--require', 'stored'])).toMatchObject({ open: true, backup: { id: backup } });
  expect(await run([...gate, '--require', 'stored', '--max-age', '0s'], 3)).toMatchObject({ open: false });
  expect(await run([...gate, '--require', 'stored', '--git', sha])).toMatchObject({ open: true });
  expect(await run([...gate, '--require', 'stored', '--git', 'dead'], 3)).toMatchObject({ open: false });
  const [before] = (await run(['status'])).connections;
  expect(before).toMatchObject({ connection: 'production', state: 'broken', backups: 2, lastProven: null });

  const drilled = await run(['drill']);
  expect(drilled).toMatchObject({ status: 'completed', outcome: { backup, recoveryMs: expect.any(Number) } });
  const opened = await place.run(gate);
  expect(opened).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^open: \S+ of production is proven, .* old\.\n$/),
  });
  const [after] = (await run(['status'])).connections;
  expect(after).toMatchObject({ state: 'kept', reasons: [], recoveryMs: drilled.outcome.recoveryMs, running: [] });
  expect(after.next.map(({ kind }: { kind: string }) => kind)).toEqual(['backup', 'drill']);
  const { stdout } = await place.run(['status', '--config', 'promised.mjs']);
  expect(stdout).toMatch(/production: kept/);
  expect(stdout).toMatch(/next drill +\d{4}-\d\d-\d\d 04:00:00 UTC/);
  await place.expectNoSecret([new URL(source.url).password].filter((password) => password.length > 5));
});

it('a drill whose process is killed goes on with the same server, and leaves none', async () => {
  await using source = await createCliSource();
  await using place = await openCliPlace({ DATABASE_URL: source.url });
  await withServerPrograms(place);
  await place.runJson(['backup']);
  const killed = place.start(['drill']);
  const [, runId = ''] = await killed.said(/run (\d{8}T\d{6}Z-\w+)/);
  const name = scratchConnectionName(runId);
  while (!(await listScratchConnections()).some((server) => server.name === name)) {
    if (killed.process.exitCode !== null) throw new Error((await killed.ended).stderr);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  killed.process.kill('SIGKILL');
  await killed.ended;
  expect((await listScratchConnections()).map((server) => server.name)).toContain(name);
  const resumed = await place.runJson(['resume']);
  expect(resumed.runs).toMatchObject([
    { run: { id: runId, kind: 'drill' }, status: 'completed', outcome: { attempts: 1 } },
  ]);
  expect((await listScratchConnections()).map((server) => server.name)).not.toContain(name);
});

it('what is asked badly is told with exit code 2', async () => {
  await using source = await createCliSource();
  await using place = await openCliPlace({ DATABASE_URL: source.url });
  await place.runJson(['backup']);
  const badly = (args: readonly string[], exitCode = 2): Promise<string> => place.runBadly(args, { exitCode });
  expect(await badly(['gate'])).toContain('--connection');
  expect(await badly(['gate', '--connection', 'shop'])).toMatch(/There is no connection "shop", and no backup of one/);
  expect(await badly(['gate', '--connection', 'production', '--max-age', 'soon'])).toContain('"soon"');
  expect(await badly(['gate', '--connection', 'production', '--git', 'main'])).toContain('hexadecimal');
  expect(await badly(['gate', '--connection', 'production', '--require', 'green'])).toContain('proven');
  expect(await badly(['status', '--connection', 'shop'])).toContain('shop');
  expect(await badly(['list', '--since', 'yesterday'])).toContain('neither a date');
  expect(await badly(['drill', '--to', 'nowhere'])).toContain('nowhere');
  expect(await badly(['drill', '--connection', 'shop'])).toContain('shop');
  const config = `export default { connections: { production: { schedule: { backup: 'nightly' } } } };`;
  await writeFile(join(place.folder, 'bad.mjs'), config);
  const told = await badly(['status', '--config', 'bad.mjs']);
  expect(told).toContain('connections.production.schedule.backup');
  expect(told).toContain('"nightly"');
});

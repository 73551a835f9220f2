import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { countTables, createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';
import { addSlowIndex, untilBuilding } from '#tests/support/slow-index.ts';
import { createDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';

const others = `select datname from pg_database where datname <> current_database() and starts_with(datname, current_database())`;

it('a sweep drops what is kept long enough and closes what is dead, and nothing before its time', async () => {
  await using source = await createCliSource();
  await addSlowIndex(source.url);
  await using target = await createDatabase({ cluster: 'target' });
  await runSql(target.url, 'create table mine (id integer)');
  await using place = await openCliPlace({ DATABASE_URL: source.url, NEON_DATABASE_URL: target.url });
  const hasty = ['--config', 'hasty.mjs'];
  await writeFile(join(place.folder, 'hasty.mjs'), "export default { keepPrevious: '1s', deadAfter: '1s' };");
  const done = await place.runJson(['transfer', '--from', 'production', '--to', 'neon', '--yes']);
  expect(await place.run(['sweep'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Swept: nothing was due$/m),
  });
  expect(await runSql(target.url, others)).toHaveLength(1);

  const killed = place.start(['restore', 'latest', '--to', 'neon', '--yes']);
  await untilBuilding(target.url, killed);
  killed.process.kill('SIGKILL');
  await killed.ended;
  expect(await runSql(target.url, others)).toHaveLength(2);
  await sleep(1_500);
  const swept = await place.runJson(['sweep', ...hasty]);
  const { run: dead } = (await place.runJson(['runs'])).runs.find(
    (entry: { run: { kind: string; parent: string | null } }) =>
      entry.run.kind === 'restore' && entry.run.parent === null,
  );
  expect(swept.outcome).toMatchObject({
    actions: expect.arrayContaining([
      { run: done.cutover.run, action: 'discard', because: expect.stringMatching(/^kept since /) },
      { run: dead.id, action: 'close', because: expect.stringMatching(/^no sign of life since /) },
    ]),
    failures: [],
  });
  expect(await runSql(target.url, others)).toEqual([]);
  expect(await place.runBadly(['rollback', done.run.id, '--yes'], { exitCode: 3 })).toMatch(/has been discarded/);

  // Its journal is still there: who takes it up is told, and does nothing more to the target.
  const resumed = await place.runJson(['resume'], { exitCode: 6 });
  expect(resumed.runs).toMatchObject([{ run: { id: dead.id }, status: 'cancelled', error: { code: 'given_up' } }]);
  expect(await runSql(target.url, others)).toEqual([]);
  expect(await countTables(target.url)).toBe(4);
  expect(await place.listJournals()).toEqual([]);
});

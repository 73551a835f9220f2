import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCliSource } from '#tests/support/cli-database.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';

it('prune says of each backup why it stays or goes, before and after; pin and unpin decide', async () => {
  await using source = await createCliSource();
  await using place = await openCliPlace({ DATABASE_URL: source.url });
  await writeFile(join(place.folder, 'keep.mjs'), "export default { retention: { keepLast: 1 }, sweepGrace: '0s' };");
  await writeFile(join(place.folder, 'nothing.mjs'), 'export default { retention: { keepLast: 0 } };');
  const keep = ['--config', 'keep.mjs'];
  const first = (await place.runJson(['backup'])).outcome.backup;
  const second = (await place.runJson(['backup'])).outcome.backup;

  expect((await place.run(['prune', '--dry-run'])).stdout).toMatch(
    /0 backups would go, 2 stay\. Nothing was changed\./,
  );
  const dry = await place.run(['prune', '--dry-run', ...keep]);
  expect(dry.stdout).toMatch(new RegExp(`^  ${first}  production  goes   no rule keeps it$`, 'm'));
  expect(dry.stdout).toMatch(new RegExp(`^  ${second}  production  stays  last 1, newest, newest whole$`, 'm'));
  expect((await place.runJson(['list'])).total).toBe(2);

  await place.run(['pin', first, '--reason', 'before the audit']);
  expect((await place.runJson(['prune', ...keep])).outcome).toMatchObject({ removed: 0, kept: 2 });
  expect((await place.run(['show', first])).stdout).toMatch(/^Pinned since .*: before the audit$/m);
  expect((await place.runJson(['verify', second])).outcome).toMatchObject({ damaged: 0, sample: null });
  expect((await place.run(['verify', second, '--sample', '10%'])).stdout).toMatch(/the rest may be damaged/);
  const marks = (await place.runJson(['list'])).backups.map(({ standing }: { standing: object }) => standing);
  expect(marks).toEqual([
    { pinned: false, proven: false, verified: true, damaged: false },
    { pinned: true, proven: false, verified: false, damaged: false },
  ]);

  await place.run(['unpin', first]);
  const pruned = await place.run(['prune', ...keep]);
  expect(pruned).toMatchObject({ exitCode: 0 });
  expect(pruned.stdout).toMatch(/^Pruned: 1 backup removed, 1 kept$/m);
  expect((await place.runJson(['list'])).backups).toMatchObject([{ backupId: second }]);

  // A backup of a connection with a retention prunes by itself, in the same process.
  const third = (await place.runJson(['backup', ...keep])).outcome.backup;
  expect((await place.runJson(['list'])).backups).toMatchObject([{ backupId: third }]);
  expect(await place.listJournals()).toEqual([]);

  expect(await place.runBadly(['prune', '--config', 'nothing.mjs'], { exitCode: 2 })).toMatch(
    /these rules keep no backup/,
  );
  expect(await place.runBadly(['verify', third, '--sample', '0%'], { exitCode: 2 })).toMatch(/no part between/);
  expect(await place.runBadly(['pin', 'nothing'], { exitCode: 2 })).toMatch(/Nothing is called/);
});

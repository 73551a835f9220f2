import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { awaitDeletions } from '#lib/garbage/await-deletions.ts';
import { writeDoomedList } from '#lib/garbage/doomed-list.ts';
import { hasEnded, thisWriter } from '#lib/garbage/list-writer.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const name = 'a'.repeat(64);

it.runIf(process.platform === 'linux')('a list in a folder dies with the process that wrote it', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const wait = () => awaitDeletions(repository, { names: new Set([name]), announcedAt: new Date(), patienceMs: 50 });
  await writeDoomedList(repository, 'x', [name]);
  await expect(wait()).rejects.toMatchObject({ code: 'sweep_in_progress' });

  const writer = thisWriter();
  if (writer === null) throw new Error('This Linux hides /proc.');
  const { pid } = spawnSync('true');
  await repository.putJson('sweep/x.json', { names: [name], writer: { ...writer, pid } });
  await wait();
  await repository.putJson('sweep/x.json', { names: [name], writer: { machine: 'another', pid } });
  await expect(wait()).rejects.toMatchObject({ code: 'sweep_in_progress' });
});

it.runIf(process.platform === 'linux')('a process that runs has not ended', () => {
  const writer = thisWriter();
  expect(writer !== null && hasEnded(writer)).toBe(false);
});

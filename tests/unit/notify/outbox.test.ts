import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { subjectOf } from '#lib/notify/ended-run.ts';
import { listStrandedLetters, putLetter } from '#lib/notify/outbox.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { makeNotice } from '#tests/support/make-notice.ts';

it('a letter is sent again for three days, and then removed', async () => {
  await using place = await openFileRepository();
  const now = new Date();
  const outbox = join(place.folder, 'outbox');
  for (const [id, hours] of [
    ['new', 0],
    ['stranded', 71],
    ['stale', 73],
  ] as const) {
    await putLetter(place.repository, { channel: 'slack', notice: makeNotice({ id }) });
    const written = new Date(now.getTime() - hours * 3_600_000);
    await utimes(join(outbox, `${id}.slack.json`), written, written);
  }
  const letters = await listStrandedLetters(place.repository, now);
  expect(letters.map(({ notice }) => notice.id)).toEqual(['stranded']);
  expect((await readdir(outbox)).toSorted()).toEqual(['new.slack.json', 'stranded.slack.json']);
});

it('the alarm of a drill is that of the connection that is drilled', () => {
  expect(subjectOf({ kind: 'drill', connection: 'shop', target: 'scratch' })).toBe('shop');
  expect(subjectOf({ kind: 'restore', connection: 'shop', target: 'neon' })).toBe('neon');
  expect(subjectOf({ kind: 'sweep', connection: null, target: null })).toBe('_');
});

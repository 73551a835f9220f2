import { expect, it } from 'vitest';
import { skipOverlap } from '#inngest/schedule/skip-overlap.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { readResult } from '#lib/runs/run-store.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

const tick = Date.now() - 1_000;
const scheduled = {
  ...({ kind: 'backup', connection: 'source', tick } as const),
  context: { event: { name: 'tick', data: {}, id: 'tick' }, runId: 'engine' },
};

it('a second attempt does not take the record that the first has only begun for another run', async () => {
  await using place = await makeRunPlace();
  const workspace = { config: resolveConfig({}, {}), repository: place.repository };
  const id = deriveRunId(tick, 'engine');
  await place.open(1, { id });
  expect(await skipOverlap(workspace, scheduled)).toBeNull();
});

it('another run that is under way is one to skip for, and a second attempt answers the same', async () => {
  await using place = await makeRunPlace();
  const workspace = { config: resolveConfig({}, {}), repository: place.repository };
  const other = await place.open(1, { id: deriveRunId(tick - 60_000, 'other') });
  const first = await skipOverlap(workspace, scheduled);
  expect(first).toMatchObject({ status: 'skipped', message: expect.stringContaining(other.id) });
  expect(await skipOverlap(workspace, scheduled)).toEqual(first);
  expect(await readResult(place.repository, deriveRunId(tick, 'engine'))).toMatchObject({ status: 'skipped' });
});

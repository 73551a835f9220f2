import { expect, it } from 'vitest';
import type { StoredObject } from '#lib/verify/plan-verify.ts';
import { readDamage, verifyObjects } from '#lib/verify/verify-objects.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

it('keeps what was found when another attempt of the step ends later and found less', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const runId = '20261121T014500Z-x7k2qd';
  const objects: StoredObject[] = [];
  for (const content of ['not', 'compressed', 'at all']) {
    const { name, stored } = await repository.putChunk([Buffer.from(content)]);
    objects.push({ name, stored, kind: 'script', owners: ['schema'], rows: null });
  }
  const step = { runId, lane: 0, from: 0 };
  const about = { objects, codec: 'zstd', repository } as const;
  expect(await verifyObjects(step, { ...about, budgetMs: 60_000 })).toEqual({ next: 3 });
  expect(await verifyObjects(step, { ...about, budgetMs: 0 })).toEqual({ next: 1 });
  expect((await readDamage(repository, runId)).map(({ key }) => key).sort()).toEqual(
    objects.map(({ name }) => `chunks/${name.slice(0, 2)}/${name}`).sort(),
  );
});

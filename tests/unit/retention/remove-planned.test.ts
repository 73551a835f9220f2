import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { listBackups, writeManifest } from '#lib/manifest/manifest-store.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { planPrune } from '#lib/retention/plan-prune.ts';
import { writePrunePlan } from '#lib/retention/prune-store.ts';
import { removePlanned } from '#lib/retention/remove-planned.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

const config = resolveConfig({ retention: { keepLast: 1 } }, { DATABASE_URL: 'postgres://localhost/x' });
const ids = ['20251118T014500Z-aaaaaa', '20251119T014500Z-bbbbbb', '20251120T014500Z-cccccc'] as const;

async function commitAll(repository: Repository): Promise<void> {
  for (const id of ids)
    await writeManifest(repository, { ...makeManifest([makeTable('players', ['0'.repeat(64)])]), id });
}

it('a prune that goes on later keeps what has become the newest whole backup since', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await commitAll(repository);
  const [oldest, older, newest] = ids;
  const runId = '20251120T120000Z-dddddd';
  const plan = await planPrune({ config, repository }, { now: new Date() });
  expect(plan.filter(({ keptBy }) => keptBy.length === 0).map(({ backupId }) => backupId)).toEqual([older, oldest]);
  await writePrunePlan(repository, runId, plan);
  const found = {
    kind: 'verify',
    passed: false,
    run: '20251121T120000Z-eeeeee',
    how: 'damaged',
    recoveryMs: null,
  } as const;
  await recordCheck(
    repository,
    { connection: 'production', backupId: newest },
    { ...found, at: '2025-11-21T12:00:00.000Z' },
  );
  expect(await removePlanned({ config, repository }, { runId, from: 0 })).toMatchObject({ removed: 1, spared: 1 });
  expect((await listBackups(repository)).map(({ backupId }) => backupId).sort()).toEqual([older, newest]);
});

it('a newest backup that cannot be read, and that nobody has looked at yet, takes no readable one with it', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await commitAll(repository);
  const [oldest, , newest] = ids;
  await repository.store.put(manifestKey({ connection: 'production', backupId: newest }), [Buffer.from('{}')]);
  const plan = await planPrune({ config, repository }, { now: new Date() });
  expect(plan.filter(({ keptBy }) => keptBy.length === 0).map(({ backupId }) => backupId)).toEqual([oldest]);
});

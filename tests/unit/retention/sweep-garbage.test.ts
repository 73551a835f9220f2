import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository } from '#lib/repository/repository.ts';
import { listGarbage, sweepGarbage } from '#lib/retention/sweep-garbage.ts';
import { createMemoryStore } from '#tests/unit/garbage/stepped-store.ts';
import { makeManifest, makeTable } from '#tests/unit/verify/make-manifest.ts';

it('an attempt that comes late mixes its garbage with the marks of no other', async () => {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const store = createMemoryStore(objects);
  const about = { seal: plainSeal, codec: 'zstd', keys: null, beforeChunks: async () => undefined } as const;
  const repository = createRepository({ ...about, store });
  const config = resolveConfig({ sweepGrace: '1h' }, { DATABASE_URL: 'postgres://localhost/x' });
  const { name } = await repository.putChunk([Buffer.from('garbage, and then a backup has the same rows')]);
  const { name: garbage } = await repository.putChunk([Buffer.from('garbage')]);
  for (const object of objects.values()) object.modified = new Date(0);

  const stalled = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = createRepository({
    ...about,
    store: {
      ...store,
      async put(key, parts, options) {
        if (key.includes('/garbage/') && !key.endsWith('marked.json')) {
          stalled.resolve();
          await goOn.promise;
        }
        return store.put(key, parts, options);
      },
    },
  });
  const runId = '20261121T014500Z-x7k2qd';
  const first = listGarbage({ config, repository: slow }, runId);
  await stalled.promise;
  await writeManifest(repository, makeManifest([makeTable('players', [name])]));
  const { attempt, lists } = await listGarbage({ config, repository }, runId);
  goOn.resolve();
  await first;
  for (let part = 0; part < lists; part++) await sweepGarbage(repository, { runId, attempt, part });
  expect([await repository.hasChunk(name), await repository.hasChunk(garbage)]).toEqual([true, false]);
});

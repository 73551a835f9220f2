import { expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { plainSeal } from '#lib/repository/plain-seal.ts';
import { createRepository } from '#lib/repository/repository.ts';
import { tidyRepository } from '#lib/retention/tidy-repository.ts';
import { createMemoryStore } from '#tests/unit/garbage/stepped-store.ts';

it('keeps an announced commit for a day, however short the grace time is', async () => {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const repository = createRepository({
    ...{ store: createMemoryStore(objects), seal: plainSeal, codec: 'zstd', keys: null },
    beforeChunks: async () => undefined,
  });
  const config = resolveConfig({ sweepGrace: '0s' }, { DATABASE_URL: 'postgres://localhost/x' });
  const key = 'committing/source/20200101T000000Z-aaaaaa.json';
  const list = 'sweep/of-a-killed-prune.json';
  const age = (hours: number): void => {
    for (const one of [key, list]) {
      const modified = new Date(Date.now() - hours * 3_600_000);
      objects.set(one, { bytes: Buffer.from('{"names":[]}'), modified });
    }
  };
  const tidy = async (): Promise<string[]> => {
    await tidyRepository({ config, repository }, '20261121T014500Z-x7k2qd');
    return [...objects.keys()].filter((one) => !one.startsWith('runs/'));
  };
  age(23);
  expect(await tidy()).toEqual([key]);
  age(25);
  expect(await tidy()).toEqual([]);
});

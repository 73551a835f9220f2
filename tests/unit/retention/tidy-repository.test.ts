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

it('keeps what hooks were sent until it could not come again, and their tokens for good', async () => {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const repository = createRepository({
    ...{ store: createMemoryStore(objects), seal: plainSeal, codec: 'zstd', keys: null },
    beforeChunks: async () => undefined,
  });
  const config = resolveConfig({}, { DATABASE_URL: 'postgres://localhost/x' });
  const days = (name: string, ago: number) =>
    objects.set(name, { bytes: Buffer.from('{}'), modified: new Date(Date.now() - ago * 86_400_000) });
  days('hooks/deploy/aa.json', 31);
  days('hooks/push/bb.json', 29.5);
  days('access/hooks/deploy.json', 400);
  await tidyRepository({ config, repository }, '20261121T014500Z-x7k2qd');
  const left = [...objects.keys()].filter((key) => !key.startsWith('runs/'));
  expect(left.sort()).toEqual(['access/hooks/deploy.json', 'hooks/push/bb.json']);
});

it('killed at an old run leaves it to the next prune: what says that it has ended goes last', async () => {
  const objects = new Map<string, { bytes: Buffer; modified: Date }>();
  const store = createMemoryStore(objects);
  let calls = 0;
  const open = (dies: boolean) =>
    createRepository({
      store: {
        ...store,
        deleteMany(keys, options) {
          if (dies && keys.length > 0 && ++calls === 2) throw new Error('killed');
          return store.deleteMany(keys, options);
        },
      },
      ...{ seal: plainSeal, codec: 'zstd', keys: null, beforeChunks: async () => undefined },
    });
  const config = resolveConfig({}, { DATABASE_URL: 'postgres://localhost/x' });
  const folder = 'runs/20200101/20200101T000000Z-aaaaaa/';
  for (const name of ['result.json', 'run.json', 'steps/01-open.json']) {
    objects.set(`${folder}${name}`, { bytes: Buffer.from('{}'), modified: new Date(0) });
  }
  const left = () => [...objects.keys()].filter((key) => key.startsWith(folder));
  const tidy = (dies: boolean) => tidyRepository({ config, repository: open(dies) }, '20261121T014500Z-x7k2qd');
  await expect(tidy(true)).rejects.toThrow('killed');
  expect(left()).toEqual([`${folder}result.json`]);
  await tidy(false);
  expect(left()).toEqual([]);
});

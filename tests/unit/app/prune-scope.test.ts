import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { POST as preview } from '#app/api/v1/prune/preview/route.ts';
import { POST as prune } from '#app/api/v1/prune/route.ts';
import { createToken } from '#lib/access/token-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { writeManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { makeManifest } from '#tests/unit/verify/make-manifest.ts';

let folder: string;
const tokens = { all: '', limited: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-prune-scope-'));
  const repository = await openRepository({ location: `file:${folder}`, access: 'write' });
  await writeManifest(repository, makeManifest([]));
  const wanted = { name: 'x', role: 'admin', expiresIn: null } as const;
  tokens.all = (await createToken(repository, { ...wanted, connections: null }, { by: 'test' })).text;
  tokens.limited = (await createToken(repository, { ...wanted, connections: ['production'] }, { by: 'test' })).text;
  overrideEnvironment({ HOLDFAST_REPOSITORY: `file:${folder}` });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

async function post(route: (request: Request) => Promise<Response>, who: keyof typeof tokens, body: object) {
  const headers = { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' };
  const answer = await route(
    new Request('http://localhost/', { ...{ method: 'POST', headers, body: JSON.stringify(body) } }),
  );
  return { status: answer.status, json: await answer.json() };
}

it('a prune is not for who is limited to some connections: chunks are swept of all', async () => {
  for (const more of [{}, { connection: 'production' }]) {
    const refused = { status: 403, json: { code: 'out_of_scope' } };
    expect(await post(prune, 'limited', { ...more, confirm: 'prune' })).toMatchObject(refused);
  }
});

it('the preview tells who is limited of his own backups, and of no sweep', async () => {
  const backups = [{ connection: 'production', backupId: '20261121T014500Z-x7k2qd' }];
  expect(await post(preview, 'limited', { connection: 'production' })).toMatchObject({
    ...{ status: 200, json: { backups, sweep: null } },
  });
  expect(await post(preview, 'limited', {})).toMatchObject({ status: 403 });
  expect(await post(preview, 'all', {})).toMatchObject({ json: { backups, sweep: { chunks: 0, heldBack: null } } });
});

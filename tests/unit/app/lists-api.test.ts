import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GET as listBackups } from '#app/api/v1/backups/route.ts';
import { GET as listRuns } from '#app/api/v1/runs/route.ts';
import { buildDocument } from '#app/openapi/build-document.ts';
import { createToken } from '#lib/access/token-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { manifestKey } from '#lib/repository/repository-keys.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { clearWaiting, markWaiting } from '#lib/runs/waiting-store.ts';
import { findFault, readOperations } from '#tests/e2e/api-client.ts';
import { type BackupPlace, makeBackupPlace } from '#tests/unit/backup-view/backup-place.ts';
import { idOf, playRun } from '#tests/unit/summaries/play-repository.ts';

const token = 'the-token-of-the-environment-0123456789';
const operations = readOperations(JSON.parse(JSON.stringify(buildDocument())));
let folder: string;
let place: BackupPlace;
let scoped: string;
const ids = { labelled: '', ofCommit: '', damaged: '' };
const sha = '4f2a91c0000000000000000000000000000000ab';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lists-'));
  place = await makeBackupPlace();
  const { repository, location } = place;
  const config = join(folder, 'holdfast.config.ts');
  await writeFile(config, 'export default { connections: { production: {}, other: {} } };\n');
  overrideEnvironment({ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location, HOLDFAST_TOKEN: token });
  ids.labelled = await place.commit(1, { label: 'Before the Audit' });
  ids.ofCommit = await place.commit(2, { git: { sha } });
  ids.damaged = await place.commit(3);
  await place.look(ids.ofCommit, { kind: 'proof', passed: true });
  const key = manifestKey({ connection: 'production', backupId: ids.damaged });
  await repository.store.put(key, [Buffer.from('{"sha256":')]);
  for (const n of [0, 1, 2]) await playRun(repository, { id: idOf(n, 'run1'), status: 'completed' });
  await playRun(repository, { id: idOf(3, 'run1'), status: 'failed' });
  await playRun(repository, { id: idOf(4, 'run1'), status: null });
  await repository.store.put(`${runFolder(idOf(2, 'run1'))}result.json`, [Buffer.from('{"run":')]);
  const wanted = { name: 'ci', role: 'viewer' as const, connections: ['production'], expiresIn: null };
  scoped = (await createToken(repository, wanted, { by: 'test' })).text;
});

afterAll(async () => {
  overrideEnvironment({});
  await place[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The list at an address, held against the document. */
async function ask(path: string, bearer = token) {
  const request = new Request(`http://localhost${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  const [address = ''] = path.split('?');
  const answer = await (address === '/api/v1/runs' ? listRuns : listBackups)(request);
  const text = await answer.text();
  const operation = operations.find(({ method, path: one }) => method === 'GET' && one === address);
  const type = answer.headers.get('content-type') ?? '';
  expect(operation && findFault(operation, { status: answer.status, type, text }), text).toBeNull();
  const json: unknown = JSON.parse(text);
  return { status: answer.status, json };
}

const backupsSchema = z.object({
  backups: z.array(z.looseObject({ backupId: z.string() })),
  next: z.string().nullable(),
});
const runsSchema = z.object({ runs: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
const backupsOf = async (query: string) =>
  backupsSchema.parse((await ask(`/api/v1/backups${query}`)).json).backups.map(({ backupId }) => backupId);
const runsOf = async (query: string, bearer = token) =>
  runsSchema.parse((await ask(`/api/v1/runs${query}`, bearer)).json).runs.map(({ id }) => id);

describe('GET /api/v1/backups', () => {
  it('tells what `holdfast list --json` tells', async () => {
    const { status, json } = await ask('/api/v1/backups');
    expect([status, json]).toMatchObject([
      200,
      {
        backups: [
          { backupId: ids.damaged, summary: null, problem: { code: 'manifest_damaged' } },
          { backupId: ids.ofCommit, summary: { gitSha: sha }, problem: null, standing: { proven: true } },
          {
            ...{ connection: 'production', backupId: ids.labelled, problem: null, standing: { proven: false } },
            summary: { label: 'Before the Audit', rows: expect.stringMatching(/^\d+$/), newStored: expect.any(String) },
          },
        ],
        next: null,
      },
    ]);
    expect(JSON.stringify(json)).not.toContain(place.location.slice('file:'.length));
  });

  it('is narrowed as the page is', async () => {
    expect(await backupsOf('?label=AUDIT')).toEqual([ids.labelled]);
    expect(await backupsOf('?git=4F2A91')).toEqual([ids.ofCommit]);
    expect(await backupsOf('?standing=proven')).toEqual([ids.ofCommit]);
    expect(await backupsOf('?connection=other')).toEqual([]);
    expect(await backupsOf('?since=2026-11-21T00:02:00Z&until=2026-11-21T00:03:00Z')).toEqual([ids.ofCommit]);
    expect(await backupsOf('?since=2026-11-21&until=2026-11-21')).toHaveLength(3);
    expect(await backupsOf('?until=2026-11-20')).toEqual([]);
    expect(await backupsOf(`?before=${ids.damaged}&limit=1`)).toEqual([ids.ofCommit]);
    for (const query of ['?standing=good', '?git=xyz', '?since=yesterday', '?limit=0', '?before=..']) {
      expect(await ask(`/api/v1/backups${query}`), query).toMatchObject({ status: 400, json: { code: 'bad_query' } });
    }
  });
});

describe('GET /api/v1/runs', () => {
  const [first, second, cut, failed, open] = [0, 1, 2, 3, 4].map((n) => idOf(n, 'run1'));

  it('has a line for the run that cannot be read, and all that are older', async () => {
    expect(await runsOf('')).toEqual([open, failed, cut, second, first]);
    const { json } = await ask('/api/v1/runs?limit=3');
    expect(json).toMatchObject({
      runs: [{ status: 'open', standing: 'running' }, { status: 'failed' }, { id: cut, problem: {} }],
      next: cut,
    });
    expect(await runsOf(`?before=${cut}`)).toEqual([second, first]);
    expect(await runsOf('', scoped)).toEqual([open, failed, second, first]);
  });

  it('says of an open run whether it waits for somebody', async () => {
    const { repository } = place;
    expect(await ask('/api/v1/runs?status=waiting')).toMatchObject({ json: { runs: [] } });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await markWaiting(repository, open ?? '', { for: 'approval', what: 'it', until });
    const row = { id: open, status: 'open', standing: 'waiting' };
    expect(await ask('/api/v1/runs?status=waiting')).toMatchObject({ json: { runs: [row] } });
    await clearWaiting(repository, open ?? '');
  });

  it('is narrowed by kind, connection and status', async () => {
    expect(await runsOf('?status=completed')).toEqual([second, first]);
    expect(await runsOf('?status=open')).toEqual([open]);
    expect(await runsOf('?status=running&kind=backup&connection=production')).toEqual([open]);
    expect(await runsOf('?kind=restore')).toEqual([]);
    for (const query of ['?kind=dance', '?status=good']) {
      expect(await ask(`/api/v1/runs${query}`), query).toMatchObject({ status: 400, json: { code: 'bad_query' } });
    }
  });
});

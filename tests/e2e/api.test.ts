import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createToken } from '#lib/access/token-store.ts';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type ApiAnswer, type ApiOperation, findFault, readOperations, requestsOf } from './api-client.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { projectFolder } from './build-app.ts';
import { waitForResult } from './run-of-event.ts';

let folder: string;
let source: TestDatabase;
let app: AppServer;
let operations: ApiOperation[];
let viewer: string;
let secretTexts: string[];
const hookToken = { check: '' };
const known: Record<string, string[]> = { connection: ['source'], name: ['source', 'check', 'deploy'] };
/** Without the places. */
const keySecrets = () => secretTexts.filter((text) => !text.startsWith('/'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-api-'));
  source = await createDatabase({ cluster: 'source' });
  await runSql(source.url, 'create table players as select n as id from generate_series(1, 100) n');
  const location = `file:${join(folder, 'repository')}`;
  const repository = await openRepository({ location, access: 'write' });
  viewer = (
    await createToken(
      repository,
      { name: 'viewer', role: 'viewer', connections: ['source'], expiresIn: null },
      { by: 'test' },
    )
  ).text;
  hookToken.check = (await createHookToken(repository, 'check', { by: 'test' })).text;
  const hooks = {
    check: { start: 'gate', connection: 'source', gate: { require: 'stored' } },
    deploy: { start: 'backup', connection: 'source', signature: 'vercel', secretFrom: 'VERCEL_SECRET' },
  };
  const config = join(folder, 'holdfast.config.ts');
  const connections = { source: { rpo: '1h' }, nowhere: {} };
  await writeFile(config, `export default ${JSON.stringify({ connections, hooks, retryDelay: '10ms' })};\n`);
  app = await startApp({
    environment: {
      ...{ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location, HOLDFAST_STATE: join(folder, 'state') },
      HOLDFAST_DATABASE_SOURCE_URL: source.url,
      HOLDFAST_DATABASE_NOWHERE_URL: 'postgres://nobody:very-secret@127.0.0.1:1/nothing',
      VERCEL_SECRET: 'secret-of-vercel',
    },
  });
  secretTexts = ['very-secret', 'secret-of-vercel', token, new URL(source.url).password, folder, projectFolder];
  const { json } = await app.call('/api/v1/openapi.json');
  operations = readOperations(json);
  const { json: sent } = await app.call('/api/v1/backups', { connection: 'source', label: 'first' });
  const { event } = z.object({ event: z.string() }).parse(sent);
  const result = await waitForResult(repository, event);
  expect(result.status).toBe('completed');
  known['id'] = [result.run.id, result.run.backup ?? ''];
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await source.drop();
  await rm(folder, { recursive: true });
});

async function ask(
  { method }: Pick<ApiOperation, 'method'>,
  { path, headers = {}, body = null, bearer = token }: AskedOf,
): Promise<ApiAnswer> {
  const response = await fetch(`${app.url}${path}`, {
    method,
    redirect: 'manual',
    body: method === 'GET' ? null : body,
    headers: {
      ...headers,
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      accept: 'application/json',
    },
  });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}
interface AskedOf {
  path: string;
  headers?: Record<string, string>;
  body?: string | null;
  bearer?: string | null;
}

/** What no answer to anybody may be. */
function requireSound(operation: ApiOperation, answer: ApiAnswer): void {
  const name = `${operation.method} ${operation.path}`;
  expect(answer.status, `${name}: ${answer.text.slice(0, 500)}`).not.toBe(500);
  expect(findFault(operation, answer), name).toBeNull();
  // To an admin the look at the repository says where it is.
  const isPlace = operation.path === '/api/v1/repository/check';
  for (const secret of isPlace ? keySecrets() : secretTexts) expect(answer.text, name).not.toContain(secret);
  expect(answer.text, name).not.toMatch(/\bat .+\.(js|ts):\d+|node_modules/);
}

const find = (method: string, path: string): ApiOperation => {
  const found = operations.find((one) => one.method === method && one.path === path);
  if (found === undefined) throw new Error(`${method} ${path} is not in the document.`);
  return found;
};

describe('real answers', () => {
  it('are of the schemas of the document', async () => {
    const { json } = await app.call('/api/v1/runs');
    const [run] = z
      .object({ runs: z.array(z.looseObject({ id: z.string(), backup: z.string().nullable() })) })
      .parse(json).runs;
    const id = run?.id ?? '';
    const backup = `/api/v1/backups/source/${run?.backup}`;
    const made = await ask({ method: 'POST' }, { path: '/api/v1/tokens', body: '{"name":"a","role":"viewer"}' });
    const { token: created } = z.object({ token: z.object({ id: z.string() }) }).parse(JSON.parse(made.text));
    expect(findFault(find('POST', '/api/v1/tokens'), made)).toBeNull();
    const asked: [method: string, path: string, wanted: number, options?: Partial<AskedOf> & { at?: string }][] = [
      ['GET', '/api/v1/runs', 200],
      ['GET', '/api/v1/runs/{id}', 200, { at: `/api/v1/runs/${id}` }],
      ['GET', '/api/v1/runs/{id}/events', 200, { at: `/api/v1/runs/${id}/events` }],
      ['GET', '/api/v1/runs/{id}/proof', 409, { at: `/api/v1/runs/${id}/proof` }],
      ['POST', '/api/v1/runs/{id}/cancel', 409, { at: `/api/v1/runs/${id}/cancel` }],
      ['GET', '/api/v1/runs', 200, { at: '/api/v1/runs?kind=backup&status=completed' }],
      ['GET', '/api/v1/runs', 400, { at: '/api/v1/runs?kind=dance' }],
      // A backup keeps nothing beside a database.
      ['POST', '/api/v1/runs/{id}/rollback', 409, { at: `/api/v1/runs/${id}/rollback`, body: '{}' }],
      ['POST', '/api/v1/runs/{id}/discard', 409, { at: `/api/v1/runs/${id}/discard`, body: '{"confirm":"source"}' }],
      ['GET', '/api/v1/backups', 200, { at: '/api/v1/backups?limit=1&connection=source' }],
      ['GET', '/api/v1/backups', 200, { at: '/api/v1/backups?label=FIRST&since=2026-01-01&standing=verified' }],
      ['GET', '/api/v1/backups/{connection}/{id}', 200, { at: backup }],
      ['POST', '/api/v1/backups/{connection}/{id}/pin', 200, { at: `${backup}/pin`, body: '{"reason":"test"}' }],
      ['POST', '/api/v1/backups/{connection}/{id}/unpin', 200, { at: `${backup}/unpin` }],
      ['POST', '/api/v1/backups/{connection}/{id}/verify', 202, { at: `${backup}/verify` }],
      [
        'GET',
        '/api/v1/backups/{connection}/{id}/export',
        200,
        { at: `${backup}/export?format=csv&table=public.players` },
      ],
      ['GET', '/api/v1/backups/{connection}/{id}/export', 200, { at: `${backup}/export?format=sql` }],
      [
        'GET',
        '/api/v1/backups/{connection}/{id}/export',
        200,
        { at: `${backup}/export?format=json&table=public.players` },
      ],
      ['POST', '/api/v1/prune/preview', 200, { body: '{}' }],
      ['POST', '/api/v1/restores/preflight', 200, { body: '{"backup":"latest","from":"source","to":"source"}' }],
      ['GET', '/api/v1/status', 200],
      ['GET', '/api/v1/connections', 200],
      ['POST', '/api/v1/connections/{name}/check', 200, { at: '/api/v1/connections/source/check' }],
      ['POST', '/api/v1/repository/check', 200],
      // The config names nobody to tell.
      ['POST', '/api/v1/notifications/test', 400, { body: '{}' }],
      ['POST', '/api/v1/events', 202, { body: '{"name":"holdfast/sweep.requested","data":{}}' }],
      ['GET', '/api/v1/audit', 200],
      ['GET', '/api/v1/tokens', 200],
      ['DELETE', '/api/v1/tokens/{id}', 200, { at: `/api/v1/tokens/${created.id}` }],
      ['GET', '/api/v1/session', 200],
      ['POST', '/api/v1/session', 200, { body: JSON.stringify({ token }), bearer: null }],
      ['DELETE', '/api/v1/session', 204],
      ['GET', '/api/v1/openapi.json', 200],
      ['POST', '/api/hooks/{name}', 200, { at: `/api/hooks/check?token=${hookToken.check}`, bearer: null }],
      ['GET', '/api/hooks/{name}', 303, { at: '/api/hooks/check?token=x', bearer: null }],
      ['POST', '/api/hooks/{name}', 401, { at: '/api/hooks/deploy', bearer: null }],
    ];
    for (const [method, path, status, { at = path, ...options } = {}] of asked) {
      const operation = find(method, path);
      const answer = await ask(operation, { path: at, ...options });
      expect([answer.status, answer.text.slice(0, 300)], `${method} ${at}`).toEqual([status, expect.any(String)]);
      requireSound(operation, answer);
    }
  });
});

/** Where a right request stops something that other tests stand on, or takes the patience of a receiver. */
const takesTime = ['POST /api/v1/connections/{name}/check', 'POST /api/v1/repository/check'];

describe('a client that keeps to no rule', () => {
  it('gets no 500, no secret and no answer that is not documented, from any operation', {
    timeout: 600_000,
  }, async () => {
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      // A wrong sign-in counts, and ten of them are enough.
      const numRuns = name === 'POST /api/v1/session' ? 5 : takesTime.includes(name) ? 5 : 25;
      await fc.assert(
        fc.asyncProperty(requestsOf(operation, known), async (request) =>
          requireSound(operation, await ask(operation, request)),
        ),
        { numRuns, seed: 20261121, endOnFailure: true },
      );
    }
  });

  it('gets nothing without a token, with a wrong one, or without the right', { timeout: 300_000 }, async () => {
    for (const operation of operations.filter(({ security }) => security.length > 0)) {
      await fc.assert(
        fc.asyncProperty(requestsOf(operation, known), async (request) => {
          const nobody = await ask(operation, { ...request, bearer: null });
          expect(nobody.status).toBe(401);
          requireSound(operation, nobody);
          const limited = await ask(operation, { ...request, bearer: viewer });
          if (operation.method !== 'GET' && operation.path !== '/api/v1/session') expect(limited.status).toBe(403);
          requireSound(operation, limited);
        }),
        { numRuns: 4, seed: 20261121, endOnFailure: true },
      );
    }
  });

  it('is not listened to for long', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(3_000_000) });
    const [run = '', backup = ''] = known['id'] ?? [];
    // What there is: some routes look at their path before they read.
    const there = (path: string): string =>
      path
        .replace('{connection}', 'source')
        .replace('{name}', 'check')
        .replace('{id}', path.includes('/runs/') ? run : backup);
    const readers = operations.filter((one) => one.body !== undefined);
    expect(readers.length).toBeGreaterThan(15);
    for (const operation of readers) {
      const path = there(operation.path);
      const answer = await ask(operation, { path, body, bearer: operation.security.length > 0 ? token : null });
      expect(answer.status, `${operation.method} ${path}`).toBe(413);
      requireSound(operation, answer);
    }
  });
});

import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GET, POST } from '#app/api/hooks/[name]/route.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { createHookToken } from '#lib/hooks/hook-token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';

let folder: string;
let repository: Repository;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-hook-route-'));
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  token = (await createHookToken(repository, 'check', { by: 'test' })).text;
  const hooks = {
    check: { start: 'gate', connection: 'shop' },
    lost: { start: 'gate', connection: 'nowhere' },
    push: { start: 'backup', connection: 'shop', signature: 'github', secretFrom: 'HOOK_ROUTE_SECRET' },
    unset: { start: 'backup', connection: 'shop', signature: 'github', secretFrom: 'HOOK_ROUTE_UNSET' },
  };
  const config = join(folder, 'holdfast.config.ts');
  await writeFile(config, `export default ${JSON.stringify({ connections: { shop: {} }, hooks })};\n`);
  overrideEnvironment({
    HOLDFAST_CONFIG: config,
    HOLDFAST_REPOSITORY: location,
    HOOK_ROUTE_SECRET: 'secret',
    // Nobody listens there.
    INNGEST_DEV: 'http://127.0.0.1:1',
  });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

async function post(path: string, init: RequestInit = {}) {
  const [name = ''] = path.split('?');
  const request = new Request(`http://localhost/api/hooks/${path}`, { method: 'POST', ...init });
  const answer = await POST(request, { params: Promise.resolve({ name }) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: text === '' ? null : JSON.parse(text) };
}

it('a gate is asked at once, and writes nothing', async () => {
  const { status, headers, json } = await post(`check?token=${token}`);
  expect([status, headers.get('holdfast-exit-code')]).toEqual([409, '3']);
  expect(json).toMatchObject({ code: 'gate_closed', detail: 'closed: shop has no backup at all.', start: 'gate' });
  expect((await listAudit(repository, { limit: 10 })).entries).toEqual([]);
});

it('a hook that names no connection says so, to who may know', async () => {
  const lost = (await createHookToken(repository, 'lost', { by: 'test' })).text;
  expect(await post(`lost?token=${lost}`)).toMatchObject({ status: 409, json: { code: 'unknown_connection' } });
});

it('a secret that is not set is the server’s affair', async () => {
  const headers = { 'x-hub-signature-256': 'sha256=00' };
  const { status, text } = await post('unset', { headers, body: '{}' });
  expect(status).toBe(503);
  expect(text).toContain('access_unavailable');
  expect(text).not.toContain('HOOK_ROUTE_UNSET');
});

it('a look sends a person on and starts nothing', async () => {
  const request = new Request('http://localhost/api/hooks/a%2F..%2Fb?token=x%0d%0ay');
  const answer = await GET(request, { params: Promise.resolve({ name: 'a/../b' }) });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/hooks/a%2F..%2Fb?token=x%0D%0Ay']);
});

it('a refusal to a page goes to the page', async () => {
  const headers = { accept: 'text/html,*/*', 'content-type': 'application/x-www-form-urlencoded' };
  const { status, headers: answered } = await post('check', { headers, body: 'token=wrong&pass=x' });
  expect([status, answered.get('location')]).toEqual([303, '/hooks/check?problem=hook_token_wrong']);
});

it('a webhook that could not be handed on may come again', { timeout: 120_000 }, async () => {
  const sha = 'ab'.repeat(20);
  const pushed = { pushed_at: Math.floor(Date.now() / 1_000) };
  const body = JSON.stringify({ ref: 'refs/heads/main', before: sha, after: sha, commits: [], repository: pushed });
  const signed = `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`;
  const send = () => post('push', { body, headers: { 'x-github-event': 'push', 'x-hub-signature-256': signed } });
  expect(await send()).toMatchObject({ status: 503, json: { code: 'event_not_sent' } });
  expect(await send()).toMatchObject({ status: 503, json: { code: 'event_not_sent' } });
  const { entries } = await listAudit(repository, { limit: 50 });
  expect(
    entries.filter(({ outcome, what }) => outcome === 'failed' && what === 'holdfast/backup.requested'),
  ).toHaveLength(2);
});

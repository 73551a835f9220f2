import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '#lib/access/token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { openRun } from '#lib/runs/run-store.ts';
import { WebClient } from '#tests/support/web-client.ts';
import { type AppServer, token as environmentToken, startApp } from './app-server.ts';

let folder: string;
let repository: Repository;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-access-'));
  environment = {
    HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_DATABASE_SHOP_URL: 'postgres://nobody:very-secret@127.0.0.1:1/shop',
  };
  repository = await openRepository({ location: environment['HOLDFAST_REPOSITORY'] ?? '', access: 'write' });
});

afterAll(() => rm(folder, { recursive: true }));

const session = (app: AppServer): string => `${app.url}/api/v1/session`;
const ask = (app: AppServer, path: string, text: string, init: RequestInit = {}) =>
  new WebClient().send(`${app.url}${path}`, { ...init, headers: { authorization: `Bearer ${text}` } });
const problemOf = (location: string | null, { url }: AppServer): string | null =>
  new URL(location ?? '', url).searchParams.get('problem');

async function linkOf(app: AppServer): Promise<string> {
  for (;;) {
    const code = /\/sign-in\?setup=([\w-]{43})\n/.exec(app.log())?.[1];
    if (code !== undefined) return code;
    await sleep(50);
  }
}

describe('the first start', () => {
  const open = { HOLDFAST_TOKEN: '' };

  it('prints a link that makes somebody admin once, who makes a token that lasts', async () => {
    await using app = await startApp({ environment: { ...environment, ...open } });
    const setup = await linkOf(app);
    const browser = new WebClient();
    // Looking at the link uses nothing up.
    expect((await browser.send(`${app.url}/sign-in?setup=${setup}`)).text).toContain('Sign in as admin');
    expect((await browser.submit(session(app), { setup })).headers.get('location')).toBe('/');
    expect(JSON.parse((await browser.send(session(app))).text)).toMatchObject({ kind: 'setup', role: 'admin' });

    const thief = new WebClient();
    const second = await thief.submit(session(app), { setup });
    expect(problemOf(second.headers.get('location'), app)).toBe('setup_code_wrong');
    expect(thief.cookie(app.url, 'holdfast')).toBeUndefined();

    const made = await browser.send(`${app.url}/api/v1/tokens`, {
      ...{ method: 'POST', body: JSON.stringify({ name: 'first', role: 'admin' }) },
      headers: { origin: app.url },
    });
    expect(made.status).toBe(201);
    expect((await ask(app, '/api/v1/audit', JSON.parse(made.text).secret)).text).toContain('create-token');
  });

  it('prints no link once somebody is admin', async () => {
    await using app = await startApp({ environment: { ...environment, ...open } });
    expect((await fetch(`${app.url}/api/health`)).status).toBe(200);
    expect(app.log()).not.toContain('setup=');
  });

  it('starts too where the repository is out of reach', async () => {
    const unreachable = { ...environment, ...open, HOLDFAST_REPOSITORY: 'https://me:very-secret@bucket.invalid/' };
    await using app = await startApp({ environment: unreachable });
    expect((await fetch(`${app.url}/api/health`)).status).toBe(503);
    expect(app.log()).toContain('repository_location_malformed');
    expect(app.log()).not.toContain('very-secret');
  });
});

describe('a session', () => {
  it('is a sealed cookie that no script sees; it ends by signing out', async () => {
    await using app = await startApp({ environment });
    const browser = new WebClient();
    const signedIn = await browser.submit(session(app), { token: environmentToken, next: '/sign-in?x=1' });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/sign-in?x=1']);
    expect(signedIn.headers.get('set-cookie')).toMatch(
      /^holdfast=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    expect((await browser.send(`${app.url}/`)).text).toContain('HOLDFAST_TOKEN');
    const cookie = browser.cookie(app.url, 'holdfast') ?? '';
    const overTls = await browser.submit(
      session(app),
      { token: environmentToken },
      { 'x-forwarded-proto': 'https', origin: app.url.replace('http', 'https') },
    );
    expect(overTls.headers.get('set-cookie')).toMatch(/^__Host-holdfast=[^;]+; .*; Secure$/);

    const tampered = new WebClient();
    tampered.setCookie(
      app.url,
      'holdfast',
      `${cookie.slice(0, 90)}${cookie[90] === 'A' ? 'B' : 'A'}${cookie.slice(91)}`,
    );
    expect((await tampered.send(session(app))).status).toBe(401);

    const out = await browser.submit(`${app.url}/sign-out`, {});
    expect(out.headers.get('location')).toBe('/sign-in');
    expect((await browser.send(session(app))).status).toBe(401);
  });

  it('begins on no page of others', async () => {
    await using app = await startApp({ environment });
    const browser = new WebClient();
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await browser.submit(session(app), { token: environmentToken }, headers);
    expect(problemOf(answer.headers.get('location'), app)).toBe('cross_site');
    expect(browser.cookie(app.url, 'holdfast')).toBeUndefined();
  });

  it('ends with the token it came from, and with another HOLDFAST_TOKEN', async () => {
    const browser = new WebClient();
    const ofToken = new WebClient();
    const wanted = { name: 'short', role: 'viewer' as const, connections: null, expiresIn: null };
    const { token, text } = await createToken(repository, wanted, { by: 'test' });
    let port: number;
    {
      await using app = await startApp({ environment });
      port = Number(new URL(app.url).port);
      await browser.submit(session(app), { token: environmentToken });
      await ofToken.submit(session(app), { token: text });
      expect((await ofToken.send(`${app.url}/`)).status).toBe(200);
      const revoked = await ask(app, `/api/v1/tokens/${token.id}`, environmentToken, { method: 'DELETE' });
      expect(JSON.parse(revoked.text)).toMatchObject({ token: { state: 'revoked' } });
      const over = await ofToken.send(`${app.url}/`);
      expect([over.status, over.headers.get('location')]).toEqual([307, '/sign-in?problem=token_revoked']);
      for (const answer of [await ofToken.send(session(app)), await ask(app, '/api/v1/runs', text)]) {
        expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'token_revoked']);
      }
    }
    // The secret of sessions is kept with the state: a restart ends none of them.
    await using next = await startApp({ port, environment: { ...environment, HOLDFAST_TOKEN: 'another' } });
    expect(JSON.parse((await browser.send(session(next))).text)).toMatchObject({ status: 401, code: 'session_over' });
  });
});

describe('a token', () => {
  it('that has expired is refused', async () => {
    await using app = await startApp({ environment });
    const wanted = { name: 'old', role: 'admin' as const, connections: null, expiresIn: '1m' };
    const { text } = await createToken(repository, wanted, { by: 'test', now: Date.now() - 61_000 });
    const answer = await ask(app, '/api/v1/runs', text);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([401, 'token_expired']);
  });

  it('of a scope sees and does nothing outside of it', async () => {
    await using app = await startApp({ environment });
    const run = (id: string, connection: string, target: string | null) =>
      openRun(repository, {
        ...{ id, kind: target === null ? 'backup' : 'restore', connection, target, backup: null, parent: null },
        ...{ startedAt: '2026-11-21T00:00:00.000Z', eventId: id, engineRunId: id },
      });
    const [ours, theirs, mixed] = ['20261121T000000Z-00aaaa', '20261121T000000Z-01aaaa', '20261121T000000Z-02aaaa'];
    await run(ours ?? '', 'shop', null);
    await run(theirs ?? '', 'other', null);
    await run(mixed ?? '', 'other', 'shop');
    const wanted = { name: 'shop', role: 'admin' as const, connections: ['shop'], expiresIn: null };
    const { text } = await createToken(repository, wanted, { by: 'test' });

    const listed = JSON.parse((await ask(app, '/api/v1/runs', text)).text);
    expect(listed.runs.map(({ id }: { id: string }) => id)).toEqual([ours]);
    expect((await ask(app, `/api/v1/runs/${ours}`, text)).status).toBe(200);
    for (const id of [theirs, mixed]) expect((await ask(app, `/api/v1/runs/${id}`, text)).status).toBe(404);

    const send = async (name: string, data: object) => {
      const body = JSON.stringify({ name: `holdfast/${name}`, data });
      const { status, text: answer } = await ask(app, '/api/v1/events', text, { method: 'POST', body });
      return [status, JSON.parse(answer).code];
    };
    expect(await send('backup.requested', { connection: 'shop' })).toEqual([202, undefined]);
    expect(await send('backup.requested', { connection: 'other' })).toEqual([403, 'out_of_scope']);
    expect(await send('transfer.requested', { from: 'shop', to: 'other' })).toEqual([403, 'out_of_scope']);
    expect(await send('rollback.requested', { run: theirs })).toEqual([404, 'unknown_run']);
    expect(await send('sweep.requested', {})).toEqual([403, 'out_of_scope']);
    expect(await send('restore.requested', { backup: 'latest', to: 'shop' })).toEqual([404, 'unknown_backup']);
    for (const path of ['/api/v1/tokens', '/api/v1/audit', '/api/metrics']) {
      expect((await ask(app, path, text)).status, path).toBe(403);
    }
    const { json } = await app.call('/api/v1/audit?limit=200');
    expect(JSON.stringify(json)).toContain('out_of_scope');
  });
});

describe('attempts to come in', () => {
  it('are limited by the address they come from, which a client cannot choose', async () => {
    await using app = await startApp({ environment });
    const { text } = await createToken(
      repository,
      { name: 'good', role: 'viewer', connections: null, expiresIn: null },
      { by: 'test' },
    );
    const statuses: number[] = [];
    for (let n = 0; n < 14; n += 1) {
      const headers = {
        'content-type': 'application/json',
        'x-forwarded-for': `9.9.9.${n}`,
        'x-holdfast-peer': `8.8.8.${n}`,
      };
      const body = JSON.stringify({ token: `wrong-${n}` });
      const answer = await fetch(session(app), { method: 'POST', body, headers });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
    // Services with a token of the repository are not kept out by their neighbours.
    expect((await ask(app, '/api/v1/runs', text)).status).toBe(200);
    const { json } = await app.call('/api/v1/audit?limit=20');
    expect(json).toMatchObject({ entries: expect.arrayContaining([expect.objectContaining({ from: '127.0.0.1' })]) });
    expect(JSON.stringify(json)).not.toMatch(/8\.8\.8|9\.9\.9|wrong-/);
  });
});

describe('every answer', () => {
  it('has the headers that keep a page from harm, and scripts with its nonce only', async () => {
    await using app = await startApp({ environment });
    const page = await new WebClient().send(`${app.url}/sign-in?problem=%3Cscript%3Ealert(1)%3C/script%3E`);
    const policy = page.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const scripts = page.text.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(2);
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).not.toMatch(/<[^>]+ style=/);
    const again = await new WebClient().send(`${app.url}/sign-in`);
    expect(again.headers.get('content-security-policy')).not.toBe(policy);
    for (const { headers } of [page, await new WebClient().send(`${app.url}/api/health`)]) {
      expect(Object.fromEntries(headers)).toMatchObject({
        ...{ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin' },
        'cache-control': expect.stringContaining('no-store'),
      });
    }
    const api = await new WebClient().send(`${app.url}/api/health`);
    expect(api.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it('to a huge body is a refusal', async () => {
    await using app = await startApp({ environment });
    const body = 'x'.repeat(3_000_000);
    for (const path of ['/api/v1/events', '/api/v1/tokens']) {
      const answer = await ask(app, path, environmentToken, { method: 'POST', body });
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([413, 'body_too_large']);
    }
  });
});

describe('what is kept', () => {
  it('holds no token', async () => {
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) {
      expect(text).not.toMatch(/hf_[a-z2-7]{12}_/);
      expect(text).not.toContain(environmentToken);
    }
  });
});

import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHookToken, rotateHookToken } from '#lib/hooks/hook-token-store.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listRunIds } from '#lib/runs/run-store.ts';
import { createDatabase, type TestDatabase } from '#tests/support/test-database.ts';
import { WebClient } from '#tests/support/web-client.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type AppServer, startApp, token } from './app-server.ts';
import { chromiumPath, inspectPage, openBrowser, openPage, phone, signIn } from './browser.ts';
import { gateSql, shutGate } from './query-gate.ts';

let folder: string;
let source: TestDatabase;
let target: TestDatabase;
let repository: Repository;
let app: AppServer;
const tokens = new Map<string, string>();
const secrets = {
  VERCEL_SECRET: 'secret-of-vercel',
  GITHUB_SECRET: "It's a Secret to Everybody",
  ANY_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};
const sha = '0123456789abcdef0123456789abcdef01234567';

const ours = { start: 'backup', connection: 'source' };
const hooks = {
  deploy: { ...ours, label: 'by a hook', signature: 'vercel', secretFrom: 'VERCEL_SECRET', targets: ['production'] },
  push: { ...ours, signature: 'github', secretFrom: 'GITHUB_SECRET', refs: ['main'] },
  any: { ...ours, signature: 'hmac', secretFrom: 'ANY_SECRET' },
  check: { start: 'gate', connection: 'source' },
  both: { start: 'backup-and-gate', connection: 'source', gate: { maxAge: '1h' } },
  broken: { start: 'backup', connection: 'nowhere' },
  hasty: { start: 'backup', connection: 'gated', wait: '2s' },
  // A connection of its own: a move proves its backup, and the gate of `check` is to stay closed.
  move: { start: 'transfer', connection: 'studio', to: 'target', confirm: 'target' },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-hooks-'));
  source = await createDatabase({ cluster: 'source' });
  target = await createDatabase({ cluster: 'target' });
  await runSql(source.url, 'create table players as select n as id from generate_series(1, 500) n');
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  for (const name of [...Object.keys(hooks).filter((one) => one !== 'any')]) {
    tokens.set(name, (await createHookToken(repository, name, { by: 'test' })).text);
  }
  const connections = {
    source: {},
    gated: { criticalQueries: [{ name: 'gate', sql: gateSql }] },
    studio: {},
    nowhere: {},
    target: {},
  };
  const config = join(folder, 'holdfast.config.ts');
  await writeFile(config, `export default ${JSON.stringify({ connections, hooks, retryDelay: '10ms' })};\n`);
  app = await startApp({
    environment: {
      ...{ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location, HOLDFAST_STATE: join(folder, 'state') },
      HOLDFAST_DATABASE_SOURCE_URL: source.url,
      HOLDFAST_DATABASE_GATED_URL: source.url,
      HOLDFAST_DATABASE_STUDIO_URL: source.url,
      HOLDFAST_DATABASE_TARGET_URL: target.url,
      HOLDFAST_DATABASE_NOWHERE_URL: `${source.url}-which-is-not`,
      ...secrets,
    },
  });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await source.drop();
  await target.drop();
  await rm(folder, { recursive: true });
});

const answerSchema = z.looseObject({
  ...{ state: z.string(), run: z.string().nullable(), backup: z.string().nullable(), follow: z.string().nullable() },
  exitCode: z.number().nullable(),
});

async function post(path: string, init: RequestInit = {}) {
  const answer = await fetch(`${app.url}/api/hooks/${path}`, { method: 'POST', ...init });
  const json: unknown = await answer.json();
  return { status: answer.status, headers: answer.headers, json };
}
const withToken = (name: string, query = '') => `${name}?token=${tokens.get(name)}${query}`;
const runsOf = async () => (await listRunIds(repository)).length;

/** Waits for what a hook has started as a pipeline does. */
async function follow(json: unknown) {
  const answer = await fetch(`${app.url}${answerSchema.parse(json).follow}&wait=1`);
  return { status: answer.status, json: answerSchema.parse(await answer.json()) };
}

describe('a hook with its token', () => {
  it('starts a backup once for a key, and is followed by the ticket of its answer', async () => {
    const before = await runsOf();
    const keyed = { headers: { 'idempotency-key': 'release-17' } };
    const first = await post(withToken('deploy', `&sha=${sha}&ref=main`), keyed);
    expect(first).toMatchObject({ status: 202, json: { hook: 'deploy', start: 'backup', state: 'open' } });
    const { run } = answerSchema.parse(first.json);
    expect(run).not.toBeNull();
    const again = await post(withToken('deploy'), keyed);
    expect(again).toMatchObject({ status: 202, json: { run } });
    const done = await follow(first.json);
    expect(done).toMatchObject({ status: 200, json: { state: 'done', exitCode: 0, run } });
    expect(await runsOf()).toBe(before + 1);
    const manifest = await findManifest(repository, { backup: done.json.backup ?? '' });
    expect(manifest).toMatchObject({ label: 'by a hook', git: { sha, ref: 'main' } });
  });

  it('waits and answers with the outcome', async () => {
    const { status, json, headers } = await post(withToken('both', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([200, '0']);
    expect(json).toMatchObject({ state: 'done', exitCode: 0, message: expect.stringContaining('open: ') });
  });

  it('moves a database, and answers when the copy is proven and live', async () => {
    const { status, json, headers } = await post(withToken('move', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')], JSON.stringify(json)).toEqual([200, '0']);
    expect(json).toMatchObject({
      ...{ start: 'transfer', state: 'done', message: expect.stringContaining('moved studio to target') },
    });
    expect(await runSql(target.url, 'select count(*) as n from players')).toEqual([{ n: '500' }]);
    const run = answerSchema.parse(json).run ?? '';
    expect((await app.call(`/api/v1/runs/${run}`)).json).toMatchObject({ run: { kind: 'transfer' } });
  });

  it('takes the token of a header too', async () => {
    const headers = { authorization: `Bearer ${tokens.get('both')}` };
    expect(await post('both?wait=1', { headers })).toMatchObject({ status: 200 });
  });

  it('answers a closed gate as a refusal', async () => {
    const { status, json, headers } = await post(withToken('check'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([409, '3']);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(json).toMatchObject({ name: 'RefusedError', code: 'gate_closed', exitCode: 3, state: 'not-done' });
  });

  it('answers a backup that cannot be taken by its error, with no secret', async () => {
    const { status, json, headers } = await post(withToken('broken', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([409, '3']);
    expect(json).toMatchObject({
      state: 'not-done',
      code: 'no_database',
      hint: expect.any(String),
      run: expect.any(String),
    });
    expect(JSON.stringify(json)).not.toContain(new URL(source.url).password);
  });

  it('keeps nobody waiting for longer than it may; what it started goes on', async () => {
    await using gate = await shutGate(source.url);
    const { status, json } = await post(withToken('hasty', '&wait=1'));
    expect([status, json]).toMatchObject([504, { code: 'hook_wait_over', state: 'open' }]);
    await gate.open();
    for (;;) {
      const answer = await fetch(`${app.url}${answerSchema.parse(json).follow}`);
      if (answer.status === 200) break;
      expect(answer.status).toBe(202);
    }
  });

  it('is refused for a wrong one, an old one and none, and for a hook that there is not', async () => {
    const before = await runsOf();
    const refused = { status: 401, json: { code: 'hook_token_wrong' } };
    const paths = [`deploy?token=hfh_${'a'.repeat(43)}`, 'deploy?token=', 'both', `none?token=${tokens.get('both')}`];
    for (const path of [...paths, `check?token=${tokens.get('both')}`]) expect(await post(path)).toMatchObject(refused);
    expect(await post(`any?token=${tokens.get('both')}`)).toMatchObject(refused);
    expect(await runsOf()).toBe(before);
    for (const ticket of ['', 'x', `${'a'.repeat(32)}.${'a'.repeat(43)}`]) {
      expect((await fetch(`${app.url}/api/hooks/deploy/outcome?ticket=${ticket}`)).status).toBe(404);
    }
  });
});

describe('the address of a hook in a browser', () => {
  const passOf = (text: string) => /name="pass" value="([^"]+)"/.exec(text)?.[1] ?? '';

  it('starts nothing by being looked at, and once by its button', async () => {
    const before = await runsOf();
    const browser = new WebClient();
    const [link, page] = await browser.follow(`${app.url}/api/hooks/${withToken('both')}`);
    expect([link?.status, page?.status]).toEqual([303, 200]);
    expect((await fetch(`${app.url}/api/hooks/${withToken('both')}`, { method: 'HEAD' })).status).toBe(200);
    expect(await runsOf()).toBe(before);
    const fields = { token: tokens.get('both') ?? '', pass: passOf(page?.text ?? '') };
    const press = () => browser.submit(`${app.url}/api/hooks/both`, fields, { accept: 'text/html' });
    const [first, second] = [await press(), await press()];
    expect(first.status).toBe(303);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    const outcome = await browser.send(`${app.url}${first.headers.get('location')}`);
    expect(outcome.text).toContain('Deploy hook');
    const ticket = new URL(first.headers.get('location') ?? '', app.url).searchParams.get('ticket');
    expect(
      (
        await follow({
          state: '',
          run: null,
          backup: null,
          exitCode: 0,
          follow: `/api/hooks/both/outcome?ticket=${ticket}`,
        })
      ).status,
    ).toBe(200);
    expect(await runsOf()).toBe(before + 1);
    const tampered = { ...fields, pass: `${fields.pass.slice(0, -2)}xx` };
    const refused = await browser.submit(`${app.url}/api/hooks/both`, tampered, { accept: 'text/html' });
    expect(refused.headers.get('location')).toBe('/hooks/both?problem=hook_form_stale');
  });

  it('is nothing to who has not its token', async () => {
    for (const path of ['/hooks/both?token=x', '/hooks/none?token=x', '/hooks/both?ticket=x', '/hooks/both']) {
      expect((await new WebClient().send(`${app.url}${path}`)).status, path).toBe(404);
    }
  });
});

describe('a webhook of Vercel', () => {
  const event = (over: object = {}, target = 'production') =>
    JSON.stringify({
      ...{ id: 'evt', type: 'deployment.created', createdAt: Date.now(), region: 'fra1' },
      payload: {
        deployment: { meta: { githubCommitSha: sha, githubCommitRef: 'release' } },
        target,
        project: { id: 'p' },
      },
      ...over,
    });
  const send = (body: string, signed = body, secret = secrets.VERCEL_SECRET) =>
    post('deploy', {
      body,
      headers: {
        'content-type': 'application/json',
        'x-vercel-signature': createHmac('sha1', secret).update(signed).digest('hex'),
      },
    });

  it('starts a backup of the commit, once', async () => {
    const before = await runsOf();
    const body = `${event()} \n`;
    const first = await send(body);
    expect(first).toMatchObject({ status: 202, json: { state: 'open', hook: 'deploy' } });
    const { json } = await follow(first.json);
    expect(await findManifest(repository, { backup: json.backup ?? '' })).toMatchObject({
      git: { sha, ref: 'release' },
    });
    expect(await send(body)).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
    expect(await runsOf()).toBe(before + 1);
  });

  it('is refused unsigned, wrongly signed, changed, late and oversized', async () => {
    const before = await runsOf();
    expect(await post('deploy', { body: event() })).toMatchObject({ status: 401, json: { code: 'hook_unsigned' } });
    const wrong = { status: 401, json: { code: 'hook_signature_wrong' } };
    expect(await send(event(), event(), 'another')).toMatchObject(wrong);
    expect(await send(event(), event({ id: 'other' }))).toMatchObject(wrong);
    const old = event({ createdAt: Date.now() - 25 * 3_600_000 });
    expect(await send(old)).toMatchObject({ status: 401, json: { code: 'hook_late' } });
    expect(await send('x'.repeat(1_100_000))).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
    expect(await send('[]')).toMatchObject({ status: 400, json: { code: 'bad_webhook' } });
    expect(await runsOf()).toBe(before);
  });

  it('about something else starts nothing, and is no fault', async () => {
    const before = await runsOf();
    for (const body of [event({ type: 'deployment.error' }), event({}, 'preview')]) {
      expect(await send(body)).toMatchObject({ status: 200, json: { state: 'ignored' } });
    }
    expect(await runsOf()).toBe(before);
  });
});

describe('a webhook of GitHub, and of anybody', () => {
  it('starts a backup for a push to the branch, once however it is named', async () => {
    const send = (body: string, kind: string, delivery: string) =>
      post('push', {
        body,
        headers: {
          'x-github-event': kind,
          'x-github-delivery': delivery,
          'x-hub-signature-256': `sha256=${createHmac('sha256', secrets.GITHUB_SECRET).update(body).digest('hex')}`,
        },
      });
    const ping = '{"zen":"Keep it logically awesome."}';
    expect(await send(ping, 'ping', '1')).toMatchObject({ status: 200, json: { state: 'ignored' } });
    // Nor is the name of the event.
    expect(await send(ping, 'push', '1')).toMatchObject({ status: 400, json: { code: 'bad_webhook' } });
    const repository = { pushed_at: Math.floor(Date.now() / 1_000) };
    const bodyOf = (ref: string) => JSON.stringify({ ref, before: sha, after: sha, commits: [], repository });
    const push = bodyOf('refs/heads/main');
    expect(await send(push, 'push', '2')).toMatchObject({ status: 202 });
    // The name of a delivery is not signed: a replay may bear another one.
    expect(await send(push, 'push', '3')).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
    const elsewhere = bodyOf('refs/heads/feature');
    expect(await send(elsewhere, 'push', '4')).toMatchObject({ status: 200, json: { state: 'ignored' } });
    expect(await send(elsewhere, 'push', '5')).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
  });

  it('is good for five minutes', async () => {
    const send = (secondsAgo: number, id: string, body = '{"type":"release"}') => {
      const at = new Date(Date.now() - secondsAgo * 1000);
      return post('any', {
        body,
        headers: {
          ...{ 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) },
          'webhook-signature': new Webhook(secrets.ANY_SECRET).sign(id, at, body),
        },
      });
    };
    expect(await send(0, 'msg_1')).toMatchObject({ status: 202 });
    expect(await send(10, 'msg_1', '{"type":"other"}')).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
    expect(await send(400, 'msg_2')).toMatchObject({ status: 401, json: { code: 'hook_late' } });
  });
});

describe.skipIf(chromiumPath === undefined)('a hook clicked in Chromium', () => {
  it('shows the backup it starts to its end', async () => {
    await using browser = await openBrowser();
    for (const [name, options] of [
      ['light', {}],
      ['dark-phone', { ...phone, colorScheme: 'dark' }],
    ] as const) {
      await using watched = await openPage(browser, options);
      const { page, problems } = watched;
      await page.goto(`${app.url}/api/hooks/${withToken('deploy')}`);
      await page.getByRole('heading', { name: 'Deploy hook deploy' }).waitFor();
      await inspectPage(page, `hook-${name}`);
      await page.getByRole('button', { name: 'Back up source' }).click();
      await page.getByText('completed').waitFor();
      await inspectPage(page, `hook-done-${name}`);
      expect(problems).toEqual([]);
    }
  });

  it('is described on the page of the API, which needs no other host', async () => {
    await using browser = await openBrowser();
    for (const [name, options] of [
      ['light', {}],
      ['dark-phone', { ...phone, colorScheme: 'dark' }],
    ] as const) {
      await using watched = await openPage(browser, options);
      const { page, problems } = watched;
      const hosts = new Set<string>();
      page.on('request', (request) => hosts.add(new URL(request.url()).host));
      await signIn(page, { url: app.url, token });
      await page.goto(`${app.url}/api-docs`);
      const hook = page.locator('details', { hasText: 'Start what the hook names' });
      await hook.locator('summary').click();
      await hook.getByText('x-vercel-signature').waitFor();
      await inspectPage(page, `api-docs-${name}`);
      expect([...hosts]).toEqual([new URL(app.url).host]);
      expect(problems).toEqual([]);
    }
  });
});

describe.skipIf(chromiumPath === undefined)('the page of hooks', () => {
  it('shows what each was sent and what came of it, makes an address, shows it once, and revokes it', async () => {
    await using browser = await openBrowser();
    await using watched = await openPage(browser, phone);
    const { page, problems } = watched;
    const post = (url: string) => fetch(url, { method: 'POST' });
    await signIn(page, { url: app.url, token });
    await page.goto(`${app.url}/settings`);
    const settings = page.getByRole('navigation', { name: 'Settings' });
    await settings.getByRole('link', { name: 'API' }).waitFor();
    await settings.getByRole('link', { name: 'Hooks' }).click();
    const used = page.getByRole('region', { name: 'both' });
    await used.getByText('It backs source up, and asks whether that is good enough.').waitFor();
    await used.getByText('completed').first().waitFor();
    await page.getByRole('region', { name: 'push' }).getByText('ignored').first().waitFor();

    const any = page.getByRole('region', { name: 'any' });
    await any.getByText('no token').waitFor();
    await any.getByRole('button', { name: 'Make an address' }).click();
    const address = (await any.locator('code', { hasText: /token=hfh_/ }).textContent()) ?? '';
    await any.getByText('token made').waitFor();
    await inspectPage(page, 'settings-hooks-phone');
    expect((await post(address)).status).toBe(202);

    await any.getByRole('button', { name: 'New address…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make it' }).click();
    await any
      .locator('code', { hasText: /token=hfh_/ })
      .filter({ hasNotText: address })
      .waitFor();
    expect((await post(address)).status).toBe(401);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.reload();
    expect(await page.content()).not.toMatch(/hfh_/);
    await any.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke it' }).click();
    await any.getByText('token revoked').waitFor();
    await inspectPage(page, 'settings-hooks-dark-phone');
    expect(problems).toEqual([]);
  });
});

describe('what is kept of hooks', () => {
  it('is in the audit log, who was refused too, and never a token', async () => {
    await rotateHookToken(repository, 'push', { by: 'test' });
    const { json } = await app.call('/api/v1/audit?limit=200');
    const log = JSON.stringify(json);
    for (const code of ['hook_token_wrong', 'hook_unsigned', 'hook_signature_wrong', 'hook_late', 'hook_replayed']) {
      expect(log, code).toContain(code);
    }
    expect(json).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({
          ...{ who: { kind: 'hook', id: 'deploy', name: 'hook deploy' }, what: 'holdfast/backup.requested' },
          outcome: 'accepted',
        }),
      ]),
    });
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), 'utf8');
      for (const secret of [...tokens.values(), secrets.VERCEL_SECRET]) expect(text).not.toContain(secret);
    }
    expect(app.log()).not.toMatch(/hfh_/);
  });
});

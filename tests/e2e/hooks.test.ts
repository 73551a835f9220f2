import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotateHookToken } from '#lib/hooks/hook-token-store.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { shutGate } from '#tests/support/query-gate.ts';
import { waitFor } from '#tests/support/wait-for.ts';
import { runSql } from '#tests/support/with-client.ts';
import { type HooksPlace, hookSecrets, openHooksPlace, readHookAnswer } from './hooks-place.ts';

let place: HooksPlace;
const sha = '0123456789abcdef0123456789abcdef01234567';

beforeAll(async () => {
  place = await openHooksPlace();
});

afterAll(() => place?.[Symbol.asyncDispose]());

describe('a hook with its token', () => {
  it('starts a backup once for a key, and is followed by the ticket of its answer', async () => {
    const before = await place.countRuns();
    const keyed = { headers: { 'idempotency-key': 'release-17' } };
    const first = await place.post(place.withToken('deploy', `&sha=${sha}&ref=main`), keyed);
    expect(first).toMatchObject({ status: 202, json: { hook: 'deploy', start: 'backup', state: 'open' } });
    const { run } = readHookAnswer(first.json);
    expect(run).not.toBeNull();
    const again = await place.post(place.withToken('deploy'), keyed);
    expect(again).toMatchObject({ status: 202, json: { run } });
    const done = await place.follow(readHookAnswer(first.json).follow);
    expect(done).toMatchObject({ status: 200, json: { state: 'done', exitCode: 0, run } });
    expect(await place.countRuns()).toBe(before + 1);
    const manifest = await findManifest(place.repository, { backup: done.json.backup ?? '' });
    expect(manifest).toMatchObject({ label: 'by a hook', git: { sha, ref: 'main' } });
  });

  it('waits and answers with the outcome', async () => {
    const { status, json, headers } = await place.post(place.withToken('both', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([200, '0']);
    expect(json).toMatchObject({ state: 'done', exitCode: 0, message: expect.stringContaining('open: ') });
  });

  it('moves a database, and answers when the copy is proven and live', async () => {
    const { status, json, headers } = await place.post(place.withToken('move', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')], JSON.stringify(json)).toEqual([200, '0']);
    expect(json).toMatchObject({
      ...{ start: 'transfer', state: 'done', message: expect.stringContaining('moved studio to target') },
    });
    expect(await runSql(place.urlOf('target'), 'select count(*) as n from players')).toEqual([{ n: '500' }]);
    const run = readHookAnswer(json).run ?? '';
    expect((await place.app.call(`/api/v1/runs/${run}`)).json).toMatchObject({ run: { kind: 'transfer' } });
  });

  it('takes the token of a header too', async () => {
    const headers = { authorization: `Bearer ${place.tokenOf('both')}` };
    expect(await place.post('both?wait=1', { headers })).toMatchObject({ status: 200 });
  });

  it('answers a closed gate as a refusal', async () => {
    const { status, json, headers } = await place.post(place.withToken('check'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([409, '3']);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(json).toMatchObject({ name: 'RefusedError', code: 'gate_closed', exitCode: 3, state: 'not-done' });
  });

  it('answers a backup that cannot be taken by its error, with no secret', async () => {
    const { status, json, headers } = await place.post(place.withToken('broken', '&wait=1'));
    expect([status, headers.get('holdfast-exit-code')]).toEqual([409, '3']);
    expect(json).toMatchObject({
      state: 'not-done',
      code: 'no_database',
      hint: expect.any(String),
      run: expect.any(String),
    });
    expect(JSON.stringify(json)).not.toContain(new URL(place.urlOf('source')).password);
  });

  it('keeps nobody waiting for longer than it may; what it started goes on', async () => {
    await using gate = await shutGate(place.urlOf('source'));
    const { status, json } = await place.post(place.withToken('hasty', '&wait=1'));
    expect([status, json]).toMatchObject([504, { code: 'hook_wait_over', state: 'open' }]);
    await gate.open();
    const { follow } = readHookAnswer(json);
    await waitFor(async () => {
      const { status } = await fetch(`${place.app.url}${follow}`);
      expect([200, 202]).toContain(status);
      return status === 200 ? status : undefined;
    });
  });

  it('is refused for a wrong one, an old one and none, and for a hook that there is not', async () => {
    const before = await place.countRuns();
    const refused = { status: 401, json: { code: 'hook_token_wrong' } };
    const paths = [
      `deploy?token=hfh_${'a'.repeat(43)}`,
      'deploy?token=',
      'both',
      `none?token=${place.tokenOf('both')}`,
    ];
    for (const path of [...paths, `check?token=${place.tokenOf('both')}`])
      expect(await place.post(path)).toMatchObject(refused);
    expect(await place.post(`any?token=${place.tokenOf('both')}`)).toMatchObject(refused);
    expect(await place.countRuns()).toBe(before);
    for (const ticket of ['', 'x', `${'a'.repeat(32)}.${'a'.repeat(43)}`]) {
      expect((await fetch(`${place.app.url}/api/hooks/deploy/outcome?ticket=${ticket}`)).status).toBe(404);
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
  const send = (body: string, signed = body, secret = hookSecrets.VERCEL_SECRET) =>
    place.post('deploy', {
      body,
      headers: {
        'content-type': 'application/json',
        'x-vercel-signature': createHmac('sha1', secret).update(signed).digest('hex'),
      },
    });

  it('starts a backup of the commit, once', async () => {
    const before = await place.countRuns();
    const body = `${event()} \n`;
    const first = await send(body);
    expect(first).toMatchObject({ status: 202, json: { state: 'open', hook: 'deploy' } });
    const { json } = await place.follow(readHookAnswer(first.json).follow);
    expect(await findManifest(place.repository, { backup: json.backup ?? '' })).toMatchObject({
      git: { sha, ref: 'release' },
    });
    expect(await send(body)).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
    expect(await place.countRuns()).toBe(before + 1);
  });

  it('is refused unsigned, wrongly signed, changed, late and oversized', async () => {
    const before = await place.countRuns();
    expect(await place.post('deploy', { body: event() })).toMatchObject({
      status: 401,
      json: { code: 'hook_unsigned' },
    });
    const wrong = { status: 401, json: { code: 'hook_signature_wrong' } };
    expect(await send(event(), event(), 'another')).toMatchObject(wrong);
    expect(await send(event(), event({ id: 'other' }))).toMatchObject(wrong);
    const old = event({ createdAt: Date.now() - 25 * 3_600_000 });
    expect(await send(old)).toMatchObject({ status: 401, json: { code: 'hook_late' } });
    expect(await send('x'.repeat(1_100_000))).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
    expect(await send('[]')).toMatchObject({ status: 400, json: { code: 'bad_webhook' } });
    expect(await place.countRuns()).toBe(before);
  });

  it('about something else starts nothing, and is no fault', async () => {
    const before = await place.countRuns();
    for (const body of [event({ type: 'deployment.error' }), event({}, 'preview')]) {
      expect(await send(body)).toMatchObject({ status: 200, json: { state: 'ignored' } });
    }
    expect(await place.countRuns()).toBe(before);
  });
});

describe('a webhook of GitHub, and of anybody', () => {
  it('starts a backup for a push to the branch, once however it is named', async () => {
    const send = (body: string, event: string, delivery: string) => place.pushFromGitHub(body, { event, delivery });
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
      return place.post('any', {
        body,
        headers: {
          ...{ 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) },
          'webhook-signature': new Webhook(hookSecrets.ANY_SECRET).sign(id, at, body),
        },
      });
    };
    expect(await send(0, 'msg_1')).toMatchObject({ status: 202 });
    expect(await send(10, 'msg_1', '{"type":"other"}')).toMatchObject({ status: 409, json: { code: 'hook_replayed' } });
    expect(await send(400, 'msg_2')).toMatchObject({ status: 401, json: { code: 'hook_late' } });
  });
});

describe('what is kept of hooks', () => {
  it('is in the audit log, who was refused too, and never a token', async () => {
    await rotateHookToken(place.repository, 'push', { by: 'test' });
    const { json } = await place.app.call('/api/v1/audit?limit=200');
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
    await place.expectNoSecret();
  });
});

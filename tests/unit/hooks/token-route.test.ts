import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POST as OPEN } from '#app/api/hooks/[name]/route.ts';
import { DELETE, POST } from '#app/api/v1/hooks/[name]/token/route.ts';
import { GET } from '#app/api/v1/hooks/route.ts';
import { placesFor } from '#app/http/places-for.ts';
import { HookCard } from '#app/settings/hook-card.tsx';
import { listShownHooks } from '#app/settings/list-shown-hooks.ts';
import type { Identity } from '#lib/access/identity.ts';
import { createToken } from '#lib/access/token-store.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { claimDelivery, settleFailed, settleSent } from '#lib/hooks/delivery-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { closeRun, openRun } from '#lib/runs/run-store.ts';

let folder: string;
let repository: Repository;
const callers = new Map<string, string>();

const hooks = {
  check: { start: 'gate', connection: 'shop' },
  move: { start: 'transfer', connection: 'shop', to: 'neon' },
  push: { start: 'backup', connection: 'crm', signature: 'github', secret: 'not to be told', refs: ['main'] },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-hook-tokens-'));
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  for (const [name, role, connections] of [
    ['viewer', 'viewer', null],
    ['operator', 'operator', null],
    ['of shop', 'operator', ['shop']],
  ] as const) {
    const wanted = { name, role, connections: connections && [...connections], expiresIn: null };
    callers.set(name, (await createToken(repository, wanted, { by: 'test' })).text);
  }
  const config = join(folder, 'holdfast.config.ts');
  const written = { connections: { shop: {}, crm: {}, neon: {} }, hooks, publicUrl: 'https://hold.fast' };
  await writeFile(config, `export default ${JSON.stringify(written)};\n`);
  overrideEnvironment({ HOLDFAST_CONFIG: config, HOLDFAST_REPOSITORY: location });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

interface Asked {
  method?: 'POST' | 'DELETE';
  name: string;
  body?: unknown;
}

async function call(who: string, { method = 'POST', name, body = {} }: Asked) {
  const headers = { authorization: `Bearer ${callers.get(who)}`, 'content-type': 'application/json' };
  const sent = method === 'POST' ? { body: JSON.stringify(body) } : {};
  const request = new Request(`http://localhost/api/v1/hooks/${name}/token`, { method, headers, ...sent });
  const answer = await (method === 'POST' ? POST : DELETE)(request, { params: Promise.resolve({ name }) });
  return { status: answer.status, json: await answer.json() };
}

async function list(who: string) {
  const headers = { authorization: `Bearer ${callers.get(who)}` };
  return (await GET(new Request('http://localhost/api/v1/hooks', { headers }))).json();
}

/** What a gate says to an address: 409 where it opens the hook, which has no backup. */
async function statusOf(url: string): Promise<number> {
  return (await OPEN(new Request(url, { method: 'POST' }), { params: Promise.resolve({ name: 'check' }) })).status;
}

describe('the token of a hook, by the API', () => {
  it('is made, rotated and revoked at once, shown once and in the audit log', async () => {
    const made = await call('operator', { name: 'check' });
    expect(made).toMatchObject({ status: 201, json: { hook: { name: 'check', token: { revokedAt: null } } } });
    expect(made.json.url).toBe(`https://hold.fast/api/hooks/check?token=${made.json.secret}`);
    expect(await statusOf(made.json.url)).toBe(409);
    expect(await call('operator', { name: 'check' })).toMatchObject({ status: 400, json: { code: 'hook_has_token' } });
    const rotated = await call('operator', { name: 'check', body: { rotate: true } });
    // No half minute of waiting where the server itself has changed it.
    expect([await statusOf(made.json.url), await statusOf(rotated.json.url)]).toEqual([401, 409]);
    expect(await call('operator', { method: 'DELETE', name: 'check' })).toMatchObject({
      ...{ status: 200, json: { hook: { token: { revokedAt: expect.any(String), revokedBy: 'token "operator"' } } } },
    });
    expect(await statusOf(rotated.json.url)).toBe(401);
    const { entries } = await listAudit(repository, { limit: 20 });
    const whats = entries.filter(({ object }) => object === 'check').map(({ what, outcome }) => [what, outcome]);
    for (const what of ['create-hook', 'rotate-hook', 'revoke-hook']) expect(whats).toContainEqual([what, 'accepted']);
    const told = JSON.stringify([await list('viewer'), entries]);
    for (const { json } of [made, rotated]) expect(told).not.toContain(json.secret.slice(4));
    expect(told).not.toMatch(/"hash"|not to be told/);
  });

  it('is for operators, of what they are limited to, and of hooks that there are', async () => {
    const forbidden = { status: 403, json: { code: 'forbidden' } };
    expect(await call('viewer', { name: 'check', body: { rotate: true } })).toMatchObject(forbidden);
    expect(await call('viewer', { method: 'DELETE', name: 'check' })).toMatchObject(forbidden);
    // A transfer is about its target too. Who may not see a hook is told what he is told of none, and it is noted.
    const unknown = { status: 404, json: { code: 'unknown_hook', hint: expect.stringMatching(/^Known: check\./) } };
    for (const name of ['push', 'move', 'nope']) expect(await call('of shop', { name })).toMatchObject(unknown);
    const { entries } = await listAudit(repository, { limit: 20 });
    const refusals = entries.filter(({ who, outcome }) => who.name === 'of shop' && outcome === 'refused');
    expect(refusals.map(({ what, object, detail }) => [what, object, detail?.['code']]).sort()).toEqual([
      ['create-hook', 'move', 'out_of_scope'],
      ['create-hook', 'push', 'out_of_scope'],
    ]);
    expect(await call('of shop', { name: 'check' })).toMatchObject({ status: 201 });
    expect(await call('operator', { name: 'nope' })).toMatchObject({ status: 404, json: { code: 'unknown_hook' } });
    expect(await call('operator', { method: 'DELETE', name: 'push' })).toMatchObject({
      json: { code: 'hook_without_token' },
    });
    expect(await call('operator', { name: 'push', body: [] })).toMatchObject({ status: 400 });
  });

  it('is listed of the connections that somebody may see', async () => {
    const names = async (who: string) => (await list(who)).hooks.map(({ name }: { name: string }) => name);
    expect(await names('viewer')).toEqual(['check', 'move', 'push']);
    expect(await names('of shop')).toEqual(['check']);
  });
});

describe('a token that cannot be read', () => {
  it('hides no other hook, and another one is put in its place', async () => {
    await repository.store.put('access/hooks/move.json', [Buffer.from('{"name":')]);
    const listed = await list('viewer');
    expect(listed.hooks).toMatchObject([
      { name: 'check', problem: null },
      { name: 'move', token: null, problem: { name: 'DamagedError' } },
      { name: 'push', problem: null },
    ]);
    expect(JSON.stringify(listed)).not.toContain(folder);
    const admin: Identity = { kind: 'environment', id: null, name: 'a', role: 'admin', scope: null };
    const shown = await listShownHooks({ config: await loadConfig(), repository }, admin);
    const [move] = shown.filter(({ hook }) => hook.name === 'move');
    if (move === undefined) throw new Error('There is no hook.');
    const markupFor = (identity: Identity): string =>
      renderToStaticMarkup(createElement(HookCard, { shown: move, mayChange: false, tell: placesFor(identity) }));
    const markup = markupFor({ ...admin, scope: ['shop', 'neon'] });
    expect(markup).toContain('token unreadable');
    expect(markup).toContain(move.tokenProblem?.code);
    expect(markup).not.toContain(folder);
    // Where the repository is, only who has set it up is told.
    expect(markupFor(admin)).toContain(folder);
    expect(await call('operator', { name: 'move', body: { rotate: true } })).toMatchObject({ status: 201 });
    expect((await list('viewer')).hooks[1]).toMatchObject({ problem: null, token: { createdBy: 'token "operator"' } });
  });
});

describe('the card of a hook', () => {
  const viewer: Identity = { kind: 'token', id: 'a', name: 'a', role: 'viewer', scope: null };
  const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32));

  it('shows what it was sent last and what came of it, how it is opened, and no secret', async () => {
    const begun = Date.now() - 60_000;
    const claim = async (n: number) =>
      (await claimDelivery(repository, { hook: 'push', id: ids[n] ?? '', now: begun + n * 1_000 })).delivery;
    const done = await settleSent(repository, await claim(0));
    await claimDelivery(repository, { hook: 'push', id: ids[1] ?? '', state: 'ignored', now: begun + 1_000 });
    await settleFailed(repository, await claim(2));
    await settleSent(repository, await claim(3));
    const at = Date.parse(done.at);
    const run = await openRun(repository, {
      ...{ id: deriveRunId(at, done.id), kind: 'backup', connection: 'crm', target: null, backup: null, parent: null },
      ...{ startedAt: done.at, eventId: done.events[0] ?? '', engineRunId: done.id },
    });
    const completedAt = new Date().toISOString();
    const result = { run, status: 'completed', exitCode: 0, completedAt, durationMs: 1, outcome: {}, error: null };
    await closeRun(repository, { ...result, status: 'completed' });

    const shown = await listShownHooks({ config: await loadConfig(), repository }, viewer);
    const push = shown.find(({ hook }) => hook.name === 'push');
    expect(push?.deliveries.map((one) => [one.outcome, one.run])).toEqual([
      ['open', null],
      ['not-sent', null],
      ['ignored', null],
      ['completed', run.id],
    ]);
    if (push === undefined) throw new Error('There is no hook.');
    const markup = renderToStaticMarkup(
      createElement(HookCard, { shown: push, mayChange: false, tell: placesFor(viewer) }),
    );
    expect(markup).toContain('It backs crm up.');
    expect(markup).toContain('of GitHub: events push; refs main; signed with hooks.push.secret');
    expect(markup).toContain(`href="/runs/${run.id}"`);
    expect(markup).toContain('none was made');
    expect(markup).not.toMatch(/not to be told|<button/);
  });

  it('names one that cannot be read, beside the others', async () => {
    await repository.store.put(`hooks/push/${ids[1]}.json`, [Buffer.from('{"id":')]);
    const shown = await listShownHooks({ config: await loadConfig(), repository }, viewer);
    const push = shown.find(({ hook }) => hook.name === 'push');
    expect(push?.deliveries.map(({ id, outcome }) => [id, outcome])).toEqual([
      [ids[3], 'open'],
      [ids[2], 'not-sent'],
      [ids[1], 'unreadable'],
      [ids[0], 'completed'],
    ]);
    if (push === undefined) throw new Error('There is no hook.');
    const markup = renderToStaticMarkup(
      createElement(HookCard, { shown: push, mayChange: false, tell: placesFor(viewer) }),
    );
    expect(markup).toContain('unreadable');
    expect(markup).toContain(`hooks/push/${ids[1]}.json`);
    expect(markup).not.toContain(folder);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '#tests/support/find-free-port.ts';
import { type OidcServer, oidcClient, startOidcServer } from '#tests/support/oidc-server.ts';
import { WebClient } from '#tests/support/web-client.ts';
import { type AppServer, startApp } from './app-server.ts';

let folder: string;
let provider: OidcServer;
let app: AppServer;

const people = {
  alice: { preferred_username: 'alice', email: 'alice@example.com', email_verified: true, groups: ['staff', 'sre'] },
  bob: { preferred_username: 'bob', groups: ['marketing'] },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-oidc-'));
  const port = await findFreePort();
  provider = await startOidcServer({ redirectUri: `http://127.0.0.1:${port}/sign-in/oidc/callback`, people });
  const config = {
    oidc: {
      ...{ issuer: provider.issuer, clientId: oidcClient.id, clientSecretFrom: 'TEST_OIDC_SECRET' },
      ...{ scopes: ['openid', 'profile', 'email', 'groups'], roles: { viewer: ['staff'], operator: ['sre'] } },
    },
  };
  await writeFile(join(folder, 'holdfast.config.ts'), `export default ${JSON.stringify(config)};\n`);
  app = await startApp({
    port,
    environment: {
      HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'),
      HOLDFAST_REPOSITORY: `file:${join(folder, 'repository')}`,
      HOLDFAST_STATE: join(folder, 'state'),
      TEST_OIDC_SECRET: oidcClient.secret,
    },
  });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A browser that has been at the provider as somebody and holds the answer, which it has not sent yet. */
async function comeBack(sub: string): Promise<{ browser: WebClient; answer: string; asked: URL }> {
  provider.signInAs(sub);
  const browser = new WebClient();
  const steps = await browser.follow(`${app.url}/sign-in/oidc?next=/runs`, `${app.url}/sign-in/oidc/callback`);
  const asked = new URL(steps[0]?.headers.get('location') ?? '');
  return { browser, answer: steps.at(-1)?.url ?? '', asked };
}

const problemOf = (location: string | null): string | null =>
  new URL(location ?? '', app.url).searchParams.get('problem');

describe('signing in by an identity provider', () => {
  it('asks with PKCE, state and nonce, and lets in who has a role', async () => {
    const { browser, answer, asked } = await comeBack('alice');
    expect(asked.origin).toBe(provider.issuer);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      ...{ response_type: 'code', client_id: 'holdfast', code_challenge_method: 'S256' },
      ...{ state: expect.stringMatching(/.{20}/), nonce: expect.stringMatching(/.{20}/) },
    });
    const signedIn = await browser.send(answer);
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/runs']);
    const session = await browser.send(`${app.url}/api/v1/session`);
    expect(JSON.parse(session.text)).toEqual({
      ...{ kind: 'oidc', id: 'alice', name: 'alice@example.com', role: 'operator', scope: null },
    });
    const { json } = await app.call('/api/v1/audit?limit=1');
    expect(json).toMatchObject({
      entries: [{ what: 'sign-in', outcome: 'accepted', who: { kind: 'oidc', name: 'alice@example.com' } }],
    });
  });

  it('takes an answer once, and from the browser it was asked by', async () => {
    const { browser, answer } = await comeBack('alice');
    const flow = browser.cookie(app.url, 'holdfast-oidc') ?? '';
    const stranger = new WebClient();
    expect(problemOf((await stranger.send(answer)).headers.get('location'))).toBe('oidc_stale');

    expect((await browser.send(answer)).headers.get('location')).toBe('/runs');
    expect(browser.cookie(app.url, 'holdfast-oidc')).toBeUndefined();
    // Everything of it, overheard and sent again.
    stranger.setCookie(app.url, 'holdfast-oidc', flow);
    const again = await stranger.send(answer);
    expect(problemOf(again.headers.get('location'))).toBe('oidc_stale');
    expect(stranger.cookie(app.url, 'holdfast')).toBeUndefined();
  });

  it('takes no code or state of another sign-in', async () => {
    const first = await comeBack('alice');
    const second = await comeBack('alice');
    const mixed = await second.browser.send(first.answer);
    expect(problemOf(mixed.headers.get('location'))).toBe('oidc_refused');

    const third = await comeBack('alice');
    const swapped = new URL(third.answer);
    // The state is right, the code belongs to the verifier of somebody else.
    swapped.searchParams.set('code', new URL(first.answer).searchParams.get('code') ?? '');
    expect(problemOf((await third.browser.send(swapped.href)).headers.get('location'))).toBe('oidc_refused');
    expect(third.browser.cookie(app.url, 'holdfast')).toBeUndefined();
    expect(app.log()).not.toContain(oidcClient.secret);
  });

  it('refuses who has no role, with a page that says so', async () => {
    const { browser, answer } = await comeBack('bob');
    const refused = await browser.send(answer);
    const location = refused.headers.get('location') ?? '';
    expect(problemOf(location)).toBe('no_role');
    expect(browser.cookie(app.url, 'holdfast')).toBeUndefined();
    expect((await browser.send(`${app.url}${location}`)).text).toContain('nobody has given you a role here');
    expect((await browser.send(`${app.url}/api/v1/session`)).status).toBe(401);
    const { json } = await app.call('/api/v1/audit?limit=1');
    expect(json).toMatchObject({
      entries: [{ what: 'sign-in', outcome: 'refused', who: { name: 'bob' }, detail: { code: 'no_role' } }],
    });
  });

  it('says no where the provider says no', async () => {
    const { browser, asked } = await comeBack('alice');
    const state = asked.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer });
    const refused = await browser.send(`${app.url}/sign-in/oidc/callback?${query}`);
    expect(problemOf(refused.headers.get('location'))).toBe('oidc_refused');
  });
});

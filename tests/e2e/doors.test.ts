import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Route, routes } from '#app/http/routes.ts';
import { leastRoles } from '#lib/access/may.ts';
import { type Role, reaches, roles } from '#lib/access/role.ts';
import { createToken } from '#lib/access/token-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import { WebClient } from '#tests/support/web-client.ts';
import { type AppServer, startApp } from './app-server.ts';

let folder: string;
let app: AppServer;
const tokens = new Map<Role, string>();
const browsers = new Map<Role, WebClient>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-doors-'));
  const location = `file:${join(folder, 'repository')}`;
  const repository = await openRepository({ location, access: 'write' });
  const state = join(folder, 'state');
  app = await startApp({ environment: { HOLDFAST_REPOSITORY: location, HOLDFAST_STATE: state } });
  for (const role of roles) {
    const wanted = { name: role, role, connections: null, expiresIn: null };
    const { text } = await createToken(repository, wanted, { by: 'test' });
    tokens.set(role, text);
    const browser = new WebClient();
    expect((await browser.submit(`${app.url}/api/v1/session`, { token: text })).status).toBe(303);
    browsers.set(role, browser);
  }
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** An address of the route, of a run, a token, a backup that there is not. */
function addressOf({ path }: Route): string {
  return `${app.url}${path.replaceAll('/tokens/[id]', '/tokens/aaaaaaaaaaaa').replaceAll(/\[[^\]]+\]/g, '20261121T000000Z-00aaaa')}`;
}

/** A body that starts nothing. */
function requestOf({ method }: Route): RequestInit {
  return method === 'GET' ? { method } : { method, body: '[]', headers: { 'content-type': 'application/json' } };
}

const titled = routes.map((route) => ({ ...route, title: `${route.method} ${route.path}` }));
const guarded = titled.flatMap((route) =>
  'action' in route.access ? [{ ...route, action: route.access.action }] : [],
);

describe('every route', () => {
  it('is closed, but for those that are here', () => {
    expect(titled.filter(({ access }) => 'open' in access).map(({ title }) => title)).toEqual([
      ...['GET /sign-in', 'GET /sign-in/oidc', 'GET /sign-in/oidc/callback', 'POST /sign-out'],
      ...['GET /api/health/live', 'GET /api/health/ready', 'GET /api/health'],
      ...['GET /api/inngest', 'POST /api/inngest', 'PUT /api/inngest', 'POST /api/v1/session'],
      ...['GET /api/hooks/[name]', 'POST /api/hooks/[name]', 'GET /api/hooks/[name]/outcome', 'GET /hooks/[name]'],
    ]);
  });

  it.each(guarded)('$title is closed to who is not signed in', async (route) => {
    const { status, headers } = await new WebClient().send(addressOf(route), requestOf(route));
    if (route.kind === 'api') expect(status).toBe(401);
    else expect([status, headers.get('location')?.split('?')[0]]).toEqual([307, '/sign-in']);
  });

  it.each(guarded)('$title asks for the role of $action', async (route) => {
    for (const role of roles) {
      const isEnough = reaches(role, leastRoles[route.action]);
      const { headers, ...request } = requestOf(route);
      const bearer = { ...headers, authorization: `Bearer ${tokens.get(role)}` };
      const withToken = await new WebClient().send(addressOf(route), { ...request, headers: bearer });
      const ours = { ...headers, origin: app.url, 'sec-fetch-site': 'same-origin' };
      const withCookie = await browsers.get(role)?.send(addressOf(route), { ...request, headers: ours });
      for (const answer of [withToken, withCookie]) {
        if (isEnough) expect([401, 403, 307, 500], `${role}: ${answer?.text}`).not.toContain(answer?.status);
        else expect(answer?.status, `${role}: ${answer?.text}`).toBe(403);
      }
      // Signing out takes the cookie away.
      if (route.title === 'DELETE /api/v1/session') {
        await browsers.get(role)?.submit(`${app.url}/api/v1/session`, { token: tokens.get(role) ?? '' });
      }
    }
  });

  it.each(guarded.filter(({ method }) => method !== 'GET'))(
    '$title takes a cookie from our pages only',
    async (route) => {
      for (const origin of [
        {},
        { origin: 'https://evil.example' },
        { origin: app.url, 'sec-fetch-site': 'cross-site' },
      ]) {
        const { headers, ...request } = requestOf(route);
        const sent = { ...request, headers: { ...headers, ...origin } };
        const answer = await browsers.get('admin')?.send(addressOf(route), sent);
        expect(answer?.status).toBe(403);
        expect(answer?.text).toContain('cross_site');
      }
    },
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DELETE as endSession, POST as signIn, GET as whoAmI } from '#app/api/v1/session/route.ts';
import { POST as signOut } from '#app/sign-out/route.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';

const token = 'the-token-of-the-environment-0123456789';
let folder: string;
let repository: Repository;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-sign-out-'));
  const location = `file:${join(folder, 'repository')}`;
  repository = await openRepository({ location, access: 'write' });
  await writeFile(join(folder, 'holdfast.config.ts'), `export default { publicUrl: 'https://hold.fast' };\n`);
  overrideEnvironment({
    ...{ HOLDFAST_CONFIG: join(folder, 'holdfast.config.ts'), HOLDFAST_REPOSITORY: location, HOLDFAST_TOKEN: token },
    HOLDFAST_STATE: join(folder, 'state'),
  });
});

afterAll(async () => {
  overrideEnvironment({});
  await rm(folder, { recursive: true });
});

/** As the proxy sends it that ends TLS and says nothing of it. */
function ask(method: string, { cookie, body }: { cookie?: string; body?: object } = {}): Request {
  const headers = { host: 'app:3000', origin: 'https://hold.fast', 'content-type': 'application/json' };
  return new Request('http://app:3000/', {
    ...{ method, headers: { ...headers, ...(cookie !== undefined && { cookie }) } },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function comeIn(): Promise<{ header: string; cookie: string }> {
  const header = (await signIn(ask('POST', { body: { token } }))).headers.get('set-cookie') ?? '';
  return { header, cookie: header.split(';')[0] ?? '' };
}

const signOuts = async (): Promise<object[]> =>
  (await listAudit(repository, { limit: 100 })).entries.filter(({ what }) => what === 'sign-out');

it('the cookie is for TLS alone where the config says that the console is reached so', async () => {
  const { header, cookie } = await comeIn();
  expect(header).toMatch(/^__Host-holdfast=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
  expect((await whoAmI(ask('GET', { cookie }))).status).toBe(200);
  const plain = cookie.replace('__Host-', '');
  expect((await whoAmI(ask('GET', { cookie: plain }))).status).toBe(401);
});

it.each([
  ['by the button of a page', signOut, 'POST', 303],
  ['by the API', endSession, 'DELETE', 204],
])('a sign-out %s is in the audit log', async (_what, route, method, status) => {
  const { cookie } = await comeIn();
  const before = await signOuts();
  const answer = await route(ask(method, { cookie }));
  expect(answer.status).toBe(status);
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-holdfast=; Path=\/; Max-Age=0; HttpOnly; .*Secure$/);
  const entries = await signOuts();
  expect(entries).toHaveLength(before.length + 1);
  const who = { kind: 'environment', id: null, name: 'HOLDFAST_TOKEN' };
  expect(entries[0]).toMatchObject({ who, role: 'admin', object: null, outcome: 'accepted' });
});

it('a cookie that is no session is taken away, and there is nothing to be logged', async () => {
  const before = await signOuts();
  for (const cookie of ['__Host-holdfast=x', 'other=1']) {
    const answer = await signOut(ask('POST', { cookie }));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in']);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
  }
  expect(await signOuts()).toEqual(before);
});

it('a sign-out that cannot be logged is done all the same, and the process says so', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { cookie } = await comeIn();
  const audit = join(folder, 'repository', 'audit');
  // A file where the folder of the log has to be.
  await rm(audit, { recursive: true });
  await writeFile(audit, '');
  const answer = await signOut(ask('POST', { cookie }));
  expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
  expect(said).toHaveBeenCalledWith(expect.stringMatching(/a sign-out of HOLDFAST_TOKEN is not in the audit log/));
  said.mockRestore();
  await rm(audit);
});

import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { OperationAction } from '@neondatabase/api-client';
import { describe, expect, it } from 'vitest';
import type { Config, Connection } from '#lib/config/config.ts';
import { findConnection } from '#lib/config/find-connection.ts';
import { planNeonBranch } from '#lib/cutover/neon-branch/plan-neon-branch.ts';
import { findHome } from '#lib/neon/find-home.ts';
import { openNeonApi } from '#lib/neon/neon-api.ts';
import { readProject } from '#lib/neon/read-project.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';
import { type NeonPlace, openNeonPlace } from '#tests/support/neon-place.ts';
import { runSql } from '#tests/support/with-client.ts';

function configOf({ workspace }: NeonPlace, neonApi: Partial<Config['neonApi']> = {}): Config {
  return { ...workspace.config, neonApi: { ...workspace.config.neonApi, ...neonApi } };
}

function targetOf({ workspace }: NeonPlace, neon: Partial<Connection['neon']> = {}): Connection {
  const target = findConnection(workspace.config, 'neon');
  return { ...target, neon: { project: '', branch: null, ...target.neon, ...neon } };
}

async function planOf(place: NeonPlace, { forced = false, target = targetOf(place) } = {}) {
  return planNeonBranch({ config: configOf(place), target, runId: '20261121T000000Z-aaaaaa', forced });
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const failed = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (failed instanceof Error) return failed;
  throw new Error('it did not fail');
}

describe('requests to Neon’s API', () => {
  it('that find the project locked, or come too fast, are sent again after the time Neon asks for', async () => {
    await using place = await openNeonPlace();
    const { plane } = place;
    const cutover = await place.plan();
    plane.inject({ fault: { status: 423 }, matching: /POST .*\/branches$/, times: 2 });
    plane.inject({ fault: { status: 429, retryAfter: '1' }, matching: /GET .*\/branches$/ });
    plane.inject({ fault: { status: 503 }, matching: /operations/, times: 3 });
    const startedAt = performance.now();
    const staged = await place.stage(cutover);
    expect(performance.now() - startedAt).toBeGreaterThan(1_000);
    plane.inject({ fault: { status: 423 }, matching: /POST .*\/restore$/, times: 2 });
    plane.inject({ fault: { status: 502 }, matching: /GET/, times: 2 });
    plane.inject({ fault: 'reset', matching: /GET/, times: 2, skip: 3 });
    const live = await place.cutOver(staged);
    expect(live.interruptionMs).toBeGreaterThan(0);
    expect(plane.requests.filter((request) => /POST .*\/restore$/.test(request))).toHaveLength(3);
    plane.inject({ fault: { status: 500 }, matching: /DELETE/, times: 2 });
    await place.discard(live);
    expect(await place.content()).toBe('new');
  });

  it('of which nobody knows whether they were carried out are not sent again, but looked after', async () => {
    await using place = await openNeonPlace();
    const { plane } = place;
    const staged = await place.stage(await place.plan());
    plane.inject({ fault: 'break-answer', matching: /POST .*\/restore$/ });
    await expect(place.cutOver(staged)).rejects.toMatchObject({ name: 'UnavailableError', code: 'neon_unavailable' });
    const live = await place.cutOver(staged);
    expect(live.interruptionMs).toBeNull();
    expect(await place.content()).toBe('new');
    expect(plane.requests.filter((request) => /POST .*\/restore$/.test(request))).toHaveLength(1);
  });

  it('that are to wait for long leave the waiting to the step', async () => {
    await using place = await openNeonPlace();
    place.plane.inject({ fault: { status: 429, retryAfter: '120' } });
    await expect(place.plan()).rejects.toMatchObject({
      ...{ name: 'UnavailableError', code: 'neon_throttled', retryAfterMs: 120_000 },
    });
  });

  it('that begin an operation that fails say so, and what was made can be discarded', async () => {
    await using place = await openNeonPlace();
    const cutover = await place.plan();
    place.plane.failNext(OperationAction.CreateBranch);
    await expect(place.stage(cutover)).rejects.toMatchObject({
      ...{ name: 'UnavailableError', code: 'neon_operation_failed' },
      message: expect.stringContaining('ended as failed: Error: the test asked for a failure'),
    });
    expect(place.branches()).toHaveLength(2);
    await place.discard(cutover);
    expect(place.branches()).toEqual(['main']);
  });

  it('tell what a person has to correct', async () => {
    await using place = await openNeonPlace();
    const { project, key } = place.plane;
    const wrong = openNeonApi(configOf(place, { key: 'napi_another_secret' }));
    await expect(readProject(wrong, project)).rejects.toMatchObject({
      ...{ name: 'RefusedError', code: 'neon_key_refused', hint: expect.stringContaining('NEON_API_KEY') },
    });
    const api = openNeonApi(configOf(place));
    await expect(readProject(api, 'no-such-project')).rejects.toMatchObject({
      ...{ name: 'RefusedError', code: 'neon_not_found', message: expect.stringContaining('no-such-project') },
    });
    place.plane.inject({ fault: { status: 403, message: `key ${key} may not` } });
    await expect(readProject(api, project)).rejects.toMatchObject({
      ...{ code: 'neon_no_right', message: expect.stringContaining('key *** may not') },
    });
    await expect(findHome(api, targetOf(place, { branch: 'prod' }))).rejects.toMatchObject({
      ...{ code: 'neon_no_branch', hint: expect.stringContaining('There are: main.') },
    });
    expect(() => openNeonApi(configOf(place, { key: null }))).toThrow('There is no key');
  });

  it('never show the key, whatever goes wrong', async () => {
    await using place = await openNeonPlace();
    const { key, project, plane } = { ...place.plane, plane: place.plane };
    const api = openNeonApi(configOf(place));
    const silent = openNeonApi(configOf(place, { url: 'http://127.0.0.1:1/api/v2' }));
    const failures: Error[] = [await failureOf(readProject(silent, project))];
    for (const fault of [{ status: 401 }, { status: 500 }, { status: 422, message: key }, 'reset'] as const) {
      plane.inject({ fault, times: 10 });
      failures.push(await failureOf(readProject(api, project)));
      plane.clearFaults();
    }
    const spoken = failures.map((error) => inspect(error, { depth: 20, showHidden: true })).join('\n');
    expect(failures).toHaveLength(5);
    expect(spoken).not.toContain(key);
    expect(spoken).not.toMatch(/authorization|bearer/i);
    expect(spoken).toContain('***');
  });

  it('that another server answers are not taken for Neon’s', async () => {
    const proxy = createServer((_request, response) => {
      response.end('<html>Please log in</html>');
    });
    const port = await listenOnFreePort(proxy);
    const api = openNeonApi({ neonApi: { key: 'k', url: `http://127.0.0.1:${port}` }, retryDelayMs: 1 });
    await expect(readProject(api, 'p')).rejects.toMatchObject({ code: 'neon_unreachable' });
    await expect(readProject(api, 'p')).rejects.toThrow('is not one of Neon’s API');
    proxy.close();
  });
});

describe('what Neon tells of a target', () => {
  it('is the project’s limits, where it has any', async () => {
    await using place = await openNeonPlace({ branchLimitBytes: 500_000_000, major: 16 });
    const facts = await readProject(openNeonApi(configOf(place)), place.plane.project);
    expect(facts).toMatchObject({ postgres: 16, branchLimitBytes: 500_000_000, storageBytes: 30_000_000 });
  });

  it('is the branch that the URL leads to, which the config may not contradict', async () => {
    await using place = await openNeonPlace();
    const api = openNeonApi(configOf(place));
    const staged = await place.stage(await place.plan());
    expect((await findHome(api, targetOf(place))).branch.name).toBe('main');
    expect((await findHome(api, targetOf(place, { branch: 'main' }))).branch.name).toBe('main');
    await expect(findHome(api, targetOf(place, { branch: staged.details.stagingName }))).rejects.toMatchObject({
      ...{ name: 'RefusedError', code: 'neon_branch_mismatch' },
    });
    // Behind a host that is not Neon's the config decides, and without it nothing does.
    const elsewhere = { url: 'postgres://app:secret-of-url@proxy.example/shop' };
    const named = { ...targetOf(place, { branch: 'main' }), ...elsewhere };
    expect((await findHome(api, named)).branch.name).toBe('main');
    const unnamed = await failureOf(findHome(api, { ...targetOf(place), ...elsewhere }));
    expect(unnamed).toMatchObject({ name: 'RefusedError', code: 'neon_host_unknown' });
    expect(inspect(unnamed)).not.toContain('secret-of-url');
  });

  it('stands in the way of a branch restore that would take more along than meant', async () => {
    await using place = await openNeonPlace({ databases: ['shop', 'blog', 'empty'] });
    await runSql(place.plane.urlOf('blog'), 'create table posts ()');
    expect(await planOf(place)).toEqual({
      because: 'branch main holds blog too, and a branch restore takes the whole branch back',
      hint: expect.stringContaining('--strategy neon-branch'),
    });
    const { because, details } = await planOf(place, { forced: true });
    expect(because).toContain('its other databases move with it: blog');
    expect(details).toMatchObject({ database: 'shop', branchName: 'main', maintenance: 'postgres' });
  });

  it('stands in the way of restoring a protected branch', async () => {
    await using place = await openNeonPlace({ protected: true });
    expect(await planOf(place, { forced: true })).toMatchObject({
      because: expect.stringContaining('branch main is protected'),
      hint: expect.stringContaining('database-swap'),
    });
  });

  it('stands in the way of a role that may not make the empty database', async () => {
    await using place = await openNeonPlace();
    await runSql(
      place.plane.superuserUrlOf('postgres'),
      `create role small login password 'small-password'; grant connect on database shop to small`,
    );
    const target = {
      ...targetOf(place),
      url: place.plane.urlOf('shop').replace(/app:[^@]+@/, 'small:small-password@'),
    };
    expect(await planOf(place, { target })).toMatchObject({
      because: expect.stringContaining('role small may not create databases'),
    });
  });
});

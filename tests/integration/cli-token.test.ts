import { hostname, userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openRepository } from '#lib/repository/open-repository.ts';
import { openRun } from '#lib/runs/run-store.ts';
import { openCliPlace } from '#tests/support/cli-place.ts';

describe('holdfast token and holdfast audit', () => {
  it('make a token, show it once, list and revoke it, and log all of it', async () => {
    await using place = await openCliPlace({});
    const made = await place.runJson(
      ['token', 'create', '--name', 'ci', '--role', 'operator', '--connection', 'production', '--expires', '90d'],
      {},
    );
    expect(made.secret).toMatch(/^hf_[a-z2-7]{12}_[\w-]{43}$/);
    const { id } = made.token;
    expect(made.token).toMatchObject({ name: 'ci', role: 'operator', scope: ['production'], state: 'active' });
    expect(made.token).not.toHaveProperty('hash');

    const listed = await place.run(['token', 'list']);
    expect(listed.stdout).toContain(id);
    expect(listed.stdout).not.toContain(made.secret.slice(-43));

    expect((await place.runJson(['token', 'revoke', id])).token).toMatchObject({ id, state: 'revoked' });
    expect((await place.runJson(['token', 'list'])).tokens).toMatchObject([{ id, state: 'revoked', lastUsedAt: null }]);

    const log = await place.runJson(['audit', '--limit', '10']);
    const me = `${userInfo().username}@${hostname()}`;
    expect(log.next).toBeNull();
    expect(log.entries).toMatchObject([
      { what: 'revoke-token', object: id, outcome: 'accepted', who: { kind: 'cli', name: me }, from: hostname() },
      { what: 'create-token', object: 'ci', outcome: 'accepted', detail: { role: 'operator', expiresIn: '90d' } },
    ]);
    expect((await place.run(['audit'])).stdout).toContain('revoke-token');
    const more = await place.runJson(['audit', '--limit', '1']);
    expect((await place.runJson(['audit', '--before', more.next])).entries).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain(made.secret.slice(-43));
  });

  it('name what is damaged, and hide nothing else; so does holdfast runs', async () => {
    await using place = await openCliPlace({});
    const create = ['token', 'create', '--role', 'viewer', '--name'];
    const [{ token: cut }, { token: whole }] = [
      await place.runJson([...create, 'first']),
      await place.runJson([...create, 'second']),
    ];
    const [run, older] = ['20261121T000002Z-abcd', '20261121T000001Z-abcd'];
    const repository = await openRepository({ location: `file:${place.repository}`, access: 'write' });
    for (const id of [run, older]) {
      await openRun(repository, {
        ...{ id, kind: 'sweep', startedAt: '2026-11-21T00:00:00.000Z', eventId: id, engineRunId: id },
        ...{ connection: null, target: null, backup: null, parent: null },
      });
    }
    for (const key of [`access/tokens/${cut.id}.json`, `runs/${run.slice(0, 8)}/${run}/run.json`]) {
      await repository.store.put(key, [Buffer.from('{"id":')]);
    }
    const tokens = await place.runJson(['token', 'list']);
    expect(tokens).toMatchObject({
      tokens: [{ id: whole.id }],
      unreadable: [{ id: cut.id, problem: { name: 'DamagedError' } }],
    });
    expect((await place.run(['token', 'list'])).stderr).toContain(`Token ${cut.id} cannot be read`);
    const listed = await place.runJson(['runs']);
    expect(listed).toMatchObject({ total: 2, runs: [{ run: { id: older } }], unreadable: [{ id: run }], sealed: [] });
    expect((await place.run(['runs'])).stderr).toContain(`Run ${run} cannot be read`);
  });

  it('refuse what is no token request, with one message and one hint', async () => {
    await using place = await openCliPlace({});
    const create = ['token', 'create', '--name', 'x'];
    await place.runBadly([...create, '--role', 'root'], { exitCode: 2 });
    await place.runBadly(create, { exitCode: 2 });
    await place.runBadly([...create, '--role', 'admin', '--expires', 'soon'], { exitCode: 2 });
    await place.runBadly([...create, '--role', 'admin', '--connection', '../x'], { exitCode: 2 });
    await place.runBadly(['token', 'create', '--name', '', '--role', 'admin'], { exitCode: 2 });
    expect(await place.runBadly(['token', 'revoke', 'aaaaaaaaaaaa'], { exitCode: 2 })).toContain('no token');
    await place.runBadly(['token'], { exitCode: 2 });
  });
});

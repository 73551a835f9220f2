import { expect, it, vi } from 'vitest';
import { readVisiblePromises } from '#app/overview/read-visible-promises.ts';
import type { Identity } from '#lib/access/identity.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { runFolder } from '#lib/runs/run-id.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

const everybody: Identity = { kind: 'token', id: 'x', name: 'x', role: 'viewer', scope: null };
const limited: Identity = { ...everybody, scope: ['staging'] };

it('who is limited to a connection hears of its own runs only, and of none that touches another', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T12:00:00Z') });
  try {
    await using place = await makeRunPlace();
    const { repository } = place;
    const own = await place.open(1, { connection: 'staging' });
    const ownFailed = await place.open(2, { connection: 'staging' });
    await place.close(ownFailed, 'failed');
    const between = { kind: 'transfer', connection: 'production', target: 'staging' } as const;
    const foreign = await place.open(3, between);
    const foreignFailed = await place.open(4, between);
    await place.close(foreignFailed, 'failed');
    // A record as older ones are: whose the backup is, it does not say.
    const unknown = await place.open(5, { kind: 'restore', connection: null, target: 'staging', backup: 'latest' });
    const damaged = await place.open(6);
    await repository.store.put(`${runFolder(damaged.id)}run.json`, [Buffer.from('{"id":')]);

    const config = resolveConfig({ connections: { staging: {}, production: {} } }, {});
    const asLimited = await readVisiblePromises({ config, repository }, limited);
    expect(asLimited).toMatchObject([
      { connection: 'staging', running: [{ run: own.id }], lastFailure: { run: ownFailed.id } },
    ]);
    const told = JSON.stringify(asLimited);
    for (const { id } of [foreign, foreignFailed, unknown, damaged]) expect(told).not.toContain(id);

    const [, asAll] = await readVisiblePromises({ config, repository }, everybody);
    expect(asAll?.running.map(({ run }) => run).toSorted()).toEqual([own.id, foreign.id, unknown.id]);
    expect(asAll?.lastFailure?.run).toBe(foreignFailed.id);
    expect(asAll?.notes.join()).toContain(damaged.id);
  } finally {
    vi.useRealTimers();
  }
});

import { expect, it } from 'vitest';
import { claimRequest, findClaim, listOldClaims } from '#lib/runs/request-store.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-21T12:00:00Z');
const request = { caller: 'alice', route: 'restores', key: 'k1', body: '{"to":"live"}' };
const reused = expect.objectContaining({ code: 'idempotency_key_reused' });

it('answers the same claim to the same request for a day', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  expect(await findClaim(repository, request, now)).toBeUndefined();
  const first = await claimRequest(repository, { ...request, event: 'e1' }, now);
  expect(first).toMatchObject({ event: 'e1', at: '2026-11-21T12:00:00.000Z' });
  expect(await claimRequest(repository, { ...request, event: 'e2' }, now + hour)).toEqual(first);
  expect(await findClaim(repository, request, now + 24 * hour - 1)).toEqual(first);
  expect(await findClaim(repository, request, now + 24 * hour)).toBeUndefined();
  expect(await claimRequest(repository, { ...request, event: 'e3' }, now + 24 * hour)).toMatchObject({ event: 'e3' });
});

it('refuses the key for another body, and knows it for another caller and route as another one', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await claimRequest(repository, { ...request, event: 'e1' }, now);
  const other = { ...request, body: '{"to":"other"}' };
  await expect(findClaim(repository, other, now)).rejects.toThrow(reused);
  await expect(claimRequest(repository, { ...other, event: 'e2' }, now)).rejects.toThrow(reused);
  for (const another of [
    { ...other, caller: 'bob' },
    { ...other, route: 'transfers' },
    { ...other, key: 'k2' },
  ]) {
    expect(await claimRequest(repository, { ...another, event: 'e4' }, now)).toMatchObject({ event: 'e4' });
  }
});

it('gives one of many at once the key', async () => {
  await using place = await openFileRepository();
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, n) => claimRequest(place.repository, { ...request, event: `e${n}` }, now)),
  );
  expect(new Set(claims.map(({ event }) => event)).size).toBe(1);
});

it('lists what counts no more', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await claimRequest(repository, { ...request, event: 'e1' }, now);
  expect(await listOldClaims(repository, Date.now() + 47 * hour)).toEqual([]);
  expect(await listOldClaims(repository, Date.now() + 49 * hour)).toHaveLength(1);
});

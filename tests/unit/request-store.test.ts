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

it('gives one of many at once a key whose day is over, day after day', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  const seen = [(await claimRequest(repository, { ...request, event: 'e0' }, now)).event];
  for (const day of [1, 2, 3]) {
    const later = now + day * 25 * hour;
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => claimRequest(repository, { ...request, event: `e${day}.${n}` }, later)),
    );
    const [event = ''] = new Set(claims.map((claim) => claim.event));
    expect(claims.every((claim) => claim.event === event)).toBe(true);
    expect(seen).not.toContain(event);
    expect(await findClaim(repository, request, later + hour)).toMatchObject({ event });
    const other = { ...request, body: '{"to":"other"}', event: 'other' };
    await expect(claimRequest(repository, other, later + hour)).rejects.toThrow(reused);
    seen.push(event);
  }
});

it('knows the claim whose writer has died before it was written over the old one', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await claimRequest(repository, { ...request, event: 'e0' }, now);
  let left = 1;
  const dying: typeof repository = {
    ...repository,
    async putJson(key, value, options) {
      if (options?.ifAbsent !== true && left-- > 0) throw new Error('The process is gone.');
      return repository.putJson(key, value, options);
    },
  };
  const later = now + 25 * hour;
  await expect(claimRequest(dying, { ...request, event: 'e1' }, later)).rejects.toThrow('gone');
  expect(await findClaim(repository, request, later + hour)).toMatchObject({ event: 'e1' });
  expect(await claimRequest(repository, { ...request, event: 'e2' }, later + hour)).toMatchObject({ event: 'e1' });
});

it('lists what counts no more', async () => {
  await using place = await openFileRepository();
  const { repository } = place;
  await claimRequest(repository, { ...request, event: 'e1' }, now);
  expect(await listOldClaims(repository, Date.now() + 47 * hour)).toEqual([]);
  expect(await listOldClaims(repository, Date.now() + 49 * hour)).toHaveLength(1);
});

import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beforeIdentity } from '#app/access/before-identity.ts';
import { findCached, forgetTokens, isKnownToken } from '#app/access/token-cache.ts';
import {
  attemptsOfAll,
  attemptsOfOne,
  countGuess,
  countLookup,
  countSignIn,
  lookupsOfOne,
  noteCameIn,
  requireGuessesLeft,
} from '#app/http/attempt-limits.ts';
import { clientAddress, clientGroup } from '#app/http/client-address.ts';
import { pagePolicy } from '#app/http/page-policy.ts';
import { toProblem } from '#app/http/problem.ts';
import { routes } from '#app/http/routes.ts';
import { type OwnOrigin, requireSameOrigin } from '#app/http/same-origin.ts';
import { createToken } from '#lib/access/token-store.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** `(console)/runs/[id]/page.tsx` is `/runs/[id]`: folders in brackets group and name no part of the path. */
function pathOf(file: string): string {
  const parts = file.split('/').slice(0, -1);
  return `/${parts.filter((part) => !/^\(.*\)$/.test(part)).join('/')}`;
}

describe('the table of routes', () => {
  it('has every method of every route and every page, and nothing else', async () => {
    const found: string[] = [];
    for await (const file of glob('**/{route.ts,page.tsx}', { cwd: join(root, 'app') })) {
      if (file.endsWith('page.tsx')) found.push(`GET ${pathOf(file)}`);
      if (!file.endsWith('route.ts')) continue;
      const text = await readFile(join(root, 'app', file), 'utf8');
      const exported = [...text.matchAll(/^export (?:async )?(?:function|const) (.*)$/gm)].map(([, line]) => line);
      const methods = exported.flatMap(
        (line = '') => line.match(/\b(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS)\b/g) ?? [],
      );
      expect(methods.length, file).toBeGreaterThan(0);
      found.push(...new Set(methods.map((method) => `${method} ${pathOf(file)}`)));
    }
    expect(found.length).toBeGreaterThan(15);
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(found.sort());
  });
});

describe('the address of a client', () => {
  const address = (trusted: number, headers: Record<string, string>): string =>
    clientAddress(new Headers(headers), trusted);

  it.each([
    [0, { 'x-holdfast-peer': '10.0.0.9', 'x-forwarded-for': '1.1.1.1' }, '10.0.0.9'],
    [0, { 'x-forwarded-for': '1.1.1.1' }, 'unknown'],
    [1, { 'x-holdfast-peer': '10.0.0.9', 'x-forwarded-for': '6.6.6.6, 1.1.1.1' }, '1.1.1.1'],
    [2, { 'x-holdfast-peer': '10.0.0.9', 'x-forwarded-for': '6.6.6.6, 1.1.1.1, 10.0.0.8' }, '1.1.1.1'],
    [3, { 'x-forwarded-for': '1.1.1.1' }, '1.1.1.1'],
    [1, { 'x-holdfast-peer': '::ffff:10.0.0.9' }, '10.0.0.9'],
    [1, { 'x-forwarded-for': '<script>', 'x-holdfast-peer': '10.0.0.9' }, '10.0.0.9'],
    [1, {}, 'unknown'],
  ])('with %i proxies and %j is %s', (trusted, headers, expected) => {
    expect(address(trusted, headers)).toBe(expected);
  });

  it('counts as one with its IPv6 network', () => {
    expect(clientGroup('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(clientGroup('2001:db8:1:2::1')).toBe('2001:db8:1:2::/64');
    expect(clientGroup('2001:0DB8:0001:0002:ffff::')).toBe('2001:db8:1:2::/64');
    expect(clientGroup('::1')).toBe('0:0:0:0::/64');
    expect(clientGroup('2001:db8::1')).not.toBe(clientGroup('2001:db8:0:1::1'));
    expect(clientGroup('10.1.2.3')).toBe('10.1.2.3');
  });
});

describe('a request that changes something', () => {
  const own: OwnOrigin = { publicUrl: null, trustedProxies: 0 };
  const ask = (headers: Record<string, string>, server = own) =>
    requireSameOrigin(new Headers({ host: 'hold.fast', 'x-forwarded-proto': 'https', ...headers }), server);

  it.each([
    { origin: 'https://hold.fast', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://hold.fast' },
    { 'sec-fetch-site': 'same-origin' },
  ])('is let through with %j', (headers) => {
    expect(() => ask(headers)).not.toThrow();
  });

  it.each([
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: 'http://hold.fast' },
    { origin: 'https://hold.fast:8443' },
    { origin: 'https://hold.fast.evil.example' },
    { origin: 'https://hold.fast', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://hold.fast', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
    { origin: '' },
  ])('is refused with %j', (headers) => {
    expect(() => ask(headers)).toThrow(expect.objectContaining({ code: 'cross_site' }));
  });

  it('may come by the address of the config, or of a proxy that is trusted', () => {
    const inside = { host: 'app:3000', 'x-forwarded-proto': 'http' };
    ask({ ...inside, origin: 'https://hold.fast' }, { ...own, publicUrl: 'https://hold.fast' });
    ask(
      { ...inside, origin: 'https://hold.fast', 'x-forwarded-host': 'hold.fast', 'x-forwarded-proto': 'https' },
      { ...own, trustedProxies: 1 },
    );
    expect(() => ask({ ...inside, origin: 'https://hold.fast' })).toThrow();
  });
});

describe('the policy of a page', () => {
  it('has a nonce of its own, and lets nothing else run', () => {
    const one = pagePolicy({ secure: false });
    expect(one.nonce).not.toBe(pagePolicy({ secure: false }).nonce);
    expect(Buffer.from(one.nonce, 'base64')).toHaveLength(16);
    expect(one.policy).toContain(`script-src 'self' 'nonce-${one.nonce}' 'strict-dynamic';`);
    expect(one.policy).toContain("frame-ancestors 'none'");
    expect(one.policy).not.toMatch(/unsafe|\*|upgrade/);
    expect(pagePolicy({ secure: true }).policy).toContain('; upgrade-insecure-requests');
  });
});

describe('attempts to come in', () => {
  const tooMany = { name: 'UnavailableError', code: 'too_many_attempts' };
  const viewer = { kind: 'token', id: 'some', name: 'ci', role: 'viewer', scope: null } as const;

  it('are limited for one client, also those under way, and not for its neighbour', async () => {
    const tries = await Promise.allSettled(Array.from({ length: attemptsOfOne + 3 }, () => countSignIn('10.0.0.1')));
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    await expect(countSignIn('10.0.0.1')).rejects.toMatchObject(tooMany);
    const { withdraw } = await countSignIn('10.0.0.2');
    await withdraw();
  });

  it('with tokens that nobody has made keep no neighbour out', async () => {
    const tries = await Promise.allSettled(Array.from({ length: lookupsOfOne + 3 }, () => countLookup('10.0.1.1')));
    expect(tries.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    await (await countLookup('10.0.1.2')).withdraw();
  });

  it('cost nothing where they were right', async () => {
    for (let n = 0; n < attemptsOfOne * 3; n += 1) await (await countSignIn('10.0.0.3')).withdraw();
  });

  it('are limited for all clients together', async () => {
    for (let n = 0; n < attemptsOfAll; n += 1) await countGuess(`10.1.${n >> 8}.${n & 255}`);
    await expect(requireGuessesLeft('10.9.9.9')).rejects.toMatchObject({
      ...tooMany,
      retryAfterMs: expect.any(Number),
    });
  });

  it('of all others do not count against a client that has come in lately', async () => {
    noteCameIn('10.2.0.1', viewer);
    noteCameIn('10.2.0.3', null);
    await Promise.allSettled(Array.from({ length: attemptsOfAll }, (_, n) => countLookup(`10.3.0.${n % 5}`)));
    await expect(countLookup('10.2.0.2')).rejects.toMatchObject(tooMany);
    await countLookup('10.2.0.1');
    await countLookup('10.2.0.3');
    // Its own still do.
    await Promise.allSettled(Array.from({ length: lookupsOfOne }, () => countLookup('10.2.0.1')));
    await expect(countLookup('10.2.0.1')).rejects.toMatchObject(tooMany);
  });

  it('to be somebody else count against who may not do everything', async () => {
    const admin = { kind: 'environment', id: null, name: 'HOLDFAST_TOKEN', role: 'admin', scope: null } as const;
    noteCameIn('10.4.0.1', admin);
    noteCameIn('10.4.0.2', viewer);
    noteCameIn('10.4.0.3', null);
    noteCameIn('10.4.0.4', { ...admin, kind: 'token', id: 'some', scope: ['shop'] });
    for (let n = 0; n < attemptsOfAll; n += 1) {
      await Promise.allSettled([countGuess(`10.5.${n >> 8}.${n & 255}`), countSignIn(`10.5.${n >> 8}.${n & 255}`)]);
    }
    await requireGuessesLeft('10.4.0.1');
    await countSignIn('10.4.0.1');
    for (const last of [2, 3, 4, 5]) {
      await expect(requireGuessesLeft(`10.4.0.${last}`)).rejects.toMatchObject(tooMany);
      await expect(countSignIn(`10.4.0.${last}`)).rejects.toMatchObject(tooMany);
    }
    // Its own still do.
    for (let n = 0; n < attemptsOfOne; n += 1) await countGuess('10.4.0.1');
    await expect(requireGuessesLeft('10.4.0.1')).rejects.toMatchObject(tooMany);
  });

  it('are none with a token that was once found, though it is to be read anew', async () => {
    await using place = await openFileRepository();
    const wanted = { name: 'ci', role: 'viewer', connections: null, expiresIn: null } as const;
    const { token } = await createToken(place.repository, wanted, { by: 'test' });
    expect(isKnownToken(token.id)).toBe(false);
    await findCached(place.repository)(token.id);
    await findCached(place.repository)('madeup000000');
    forgetTokens();
    expect([isKnownToken(token.id), isKnownToken('madeup000000')]).toEqual([true, false]);
  });
});

describe('who has not said yet who they are', () => {
  const failing = (code: string) =>
    beforeIdentity(() => Promise.reject(new StorageError('/home/alice/secret is gone', { code, hint: 'in /home' })));

  it('is told no path and no place', async () => {
    const told: unknown = await failing('storage_missing').catch((cause: unknown) => cause);
    expect(told).toMatchObject({ name: 'UnavailableError', code: 'access_unavailable' });
    expect(await toProblem(told).text()).not.toContain('/home');
  });

  it('is told what they can do something about', async () => {
    await expect(failing('token_expired')).rejects.toMatchObject({ code: 'token_expired' });
  });
});

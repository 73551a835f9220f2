import { describe, expect, it } from 'vitest';
import { localPath } from '#app/access/session-response.ts';
import { flowCookie, takeFlow } from '#app/oidc/flow.ts';
import { isAlive, refresh, type Session } from '#app/session/session.ts';
import { formatCookie, readCookie, sealSession, unsealSession } from '#app/session/session-cookie.ts';

const secret = 'a'.repeat(32);
const hour = 3_600_000;
const now = Date.now();
const session: Session = { subject: { kind: 'token', tokenId: 'abcdefabcdef' }, startedAt: now, seenAt: now };

describe('the cookie of a session', () => {
  it('comes back as it was sealed, and tells nothing', async () => {
    const { value } = await sealSession(session, { secret, secure: false });
    expect(await unsealSession(value, secret)).toEqual(session);
    expect(value).not.toContain('abcdefabcdef');
    expect(value).toMatch(/^[A-Za-z0-9.*~_-]+$/);
  });

  it('opens with no byte changed', async () => {
    const { value } = await sealSession(session, { secret, secure: false });
    // Behind the last ~ is the version of the form, which is no part of the seal.
    for (let at = 0; at < value.lastIndexOf('~'); at += 7) {
      const changed = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
      expect(await unsealSession(changed, secret), `byte ${at}`).toBeUndefined();
    }
    for (const other of ['', 'x', value.slice(0, -6), value.slice(1), '{}']) {
      expect(await unsealSession(other, secret)).toBeUndefined();
    }
    expect(await unsealSession(value, 'b'.repeat(32))).toBeUndefined();
  });

  it('is for this host only, and over TLS only where it was given over TLS', async () => {
    const plain = formatCookie(await sealSession(session, { secret, secure: false }));
    expect(plain).toMatch(/^holdfast=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const secured = formatCookie(await sealSession(session, { secret, secure: true }));
    expect(secured).toMatch(/^__Host-holdfast=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
  });

  it('is found among others by its whole name', () => {
    const headers = new Headers({ cookie: 'xholdfast=1; holdfast2=2; holdfast=3; other=holdfast=4' });
    expect(readCookie(headers, 'holdfast')).toBe('3');
    expect(readCookie(new Headers(), 'holdfast')).toBeUndefined();
  });
});

describe('a session', () => {
  const later = (ms: number, seenMs = ms): Session => ({ ...session, startedAt: now - ms, seenAt: now - seenMs });

  it('ends after twelve hours, or two without a request', () => {
    expect(isAlive(later(12 * hour - 1, 0), now)).toBe(true);
    expect(isAlive(later(12 * hour, 0), now)).toBe(false);
    expect(isAlive(later(2 * hour - 1), now)).toBe(true);
    expect(isAlive(later(2 * hour), now)).toBe(false);
  });

  it('of an admin link ends after one hour', () => {
    const subject = { kind: 'setup', setup: 'x' } as const;
    expect(isAlive({ ...later(hour - 1, 0), subject }, now)).toBe(true);
    expect(isAlive({ ...later(hour, 0), subject }, now)).toBe(false);
  });

  it('is written anew after five minutes of use, and keeps its beginning', () => {
    expect(refresh(later(4 * 60_000), now)).toBeUndefined();
    expect(refresh(later(hour), now)).toEqual({ ...later(hour), seenAt: now });
  });
});

describe('a sign-in that is under way', () => {
  const flow = { state: 's1', nonce: 'n', verifier: 'v', next: '/', startedAt: now };
  const sealIn = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'));

  it('comes back once', async () => {
    const cookie = sealIn(await flowCookie(flow, { secret, secure: false }));
    expect(await takeFlow(cookie, secret)).toEqual(flow);
    expect(await takeFlow(cookie, secret)).toBeUndefined();
  });

  it('comes back in time, unchanged and sealed here', async () => {
    const old = sealIn(await flowCookie({ ...flow, state: 's2', startedAt: now - 601_000 }, { secret, secure: false }));
    expect(await takeFlow(old, secret)).toBeUndefined();
    const cookie = sealIn(await flowCookie({ ...flow, state: 's3' }, { secret, secure: false }));
    for (const other of [undefined, '', 'x', `${cookie.slice(0, -3)}abc`]) {
      expect(await takeFlow(other, secret)).toBeUndefined();
    }
    expect(await takeFlow(cookie, 'b'.repeat(32))).toBeUndefined();
    // The cookie of a session is no flow.
    const { value } = await sealSession(session, { secret, secure: false });
    expect(await takeFlow(value, secret)).toBeUndefined();
  });
});

describe('the way on after a sign-in', () => {
  it.each([
    ['/runs?kind=backup', '/runs?kind=backup'],
    ['/', '/'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['/.//evil.example/x', '/'],
    ['/a/..//evil.example', '/'],
    ['/%2e//evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
    [null, '/'],
  ])('from %j leads to %s', (wanted, path) => {
    expect(localPath(wanted)).toBe(path);
  });
});

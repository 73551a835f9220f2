import { describe, expect, it } from 'vitest';
import type { HookSignature } from '#lib/config/hook-schema.ts';
import type { HookWebhook } from '#lib/config/resolve-hooks.ts';
import { readWebhook, whyIgnored } from '#lib/hooks/read-webhook.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const sha = '0123456789abcdef0123456789abcdef01234567';
const read = (signature: HookSignature, body: unknown, headers: Record<string, string> = {}) =>
  readWebhook(
    {
      headers: new Headers(headers),
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    },
    { signature, now },
  );

/** As vercel.com/docs/webhooks/webhooks-api describes it. */
const vercel = (over: object = {}, meta: object = { githubCommitSha: sha.toUpperCase(), githubCommitRef: 'main' }) => ({
  ...{ id: 'evt_1', type: 'deployment.created', createdAt: now - 1_000, region: 'sfo1' },
  payload: { team: { id: 'team_1' }, deployment: { id: 'dpl_1', meta, url: 'a.vercel.app' }, target: 'production' },
  ...over,
});

describe('a webhook', () => {
  it('of Vercel tells the commit, the branch and the environment', () => {
    const facts = { event: 'deployment.created', git: { sha, ref: 'main' }, target: 'production' };
    expect(read('vercel', vercel())).toEqual(facts);
    expect(read('vercel', vercel({}, { gitlabCommitSha: sha, gitlabCommitRef: 'v1' })).git).toEqual({ sha, ref: 'v1' });
    expect(read('vercel', vercel({}, { githubCommitSha: 'rm -rf', githubCommitRef: '' })).git).toEqual({});
    expect(read('vercel', vercel({ payload: 7 }))).toEqual({ event: 'deployment.created', git: {}, target: null });
  });

  it('of Vercel is tried again for a day, and late after it', () => {
    expect(read('vercel', vercel({ createdAt: now - 24 * 3_600_000 })).event).toBe('deployment.created');
    for (const createdAt of [now - 25 * 3_600_000, now + 600_000]) {
      expect(() => read('vercel', vercel({ createdAt }))).toThrow(expect.objectContaining({ code: 'hook_late' }));
    }
  });

  it('of GitHub tells them for a push, a deployment and a release', () => {
    const of = (event: string, body: object) => read('github', body, { 'x-github-event': event });
    const push = { ref: 'refs/heads/feature/x', after: sha };
    expect(of('push', push)).toEqual({ event: 'push', git: { sha, ref: 'feature/x' }, target: null });
    expect(of('push', { ref: 'refs/heads/gone', after: '0'.repeat(40) }).git).toEqual({ ref: 'gone' });
    const deployment = { deployment: { sha, ref: 'main', environment: 'production' } };
    expect(of('deployment', deployment)).toEqual({
      ...{ event: 'deployment', git: { sha, ref: 'main' }, target: 'production' },
    });
    expect(of('release', { release: { tag_name: 'v1.2' } }).git).toEqual({ ref: 'v1.2' });
  });

  it('of anybody tells them in its data', () => {
    const body = { type: 'release', data: { git: { sha, ref: 'main' }, target: 'staging' } };
    expect(read('hmac', body)).toEqual({ event: 'release', git: { sha, ref: 'main' }, target: 'staging' });
    expect(read('hmac', {})).toEqual({ event: null, git: {}, target: null });
  });

  it.each(['', 'null', '[]', '7', '{', '{"type":7}', '\u0000'])('of the shape %j is refused', (body) => {
    expect(() => read('vercel', body)).toThrow(expect.objectContaining({ code: 'bad_webhook' }));
  });

  it('starts nothing where it is about something else', () => {
    const hook: HookWebhook = {
      ...{ signature: 'vercel', secret: { value: '', from: '' } },
      ...{ events: ['deployment.created'], refs: ['main'], targets: ['production'] },
    };
    const facts = { event: 'deployment.created', git: { ref: 'main' }, target: 'production' };
    expect(whyIgnored(facts, hook)).toBeNull();
    expect(whyIgnored({ ...facts, event: 'deployment.error' }, hook)).toContain('deployment.error');
    expect(whyIgnored({ ...facts, git: {} }, hook)).toContain('no branch');
    expect(whyIgnored({ ...facts, target: 'preview' }, hook)).toContain('preview');
    expect(
      whyIgnored({ event: null, git: {}, target: null }, { ...hook, events: null, refs: null, targets: null }),
    ).toBe(null);
  });
});

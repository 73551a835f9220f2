import { describe, expect, it } from 'vitest';
import { githubEvents, type HookSignature } from '#lib/config/hook-schema.ts';
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
    { signature, events: signature === 'github' ? githubEvents : null, now },
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

  const at = new Date(now - 5_000).toISOString();
  const long = new Date(now - 29.5 * 86_400_000).toISOString();
  const push = {
    ...{ ref: 'refs/heads/feature/x', before: '0'.repeat(40), after: sha, commits: [] },
    repository: { pushed_at: now / 1_000 - 5 },
  };
  const deployment = {
    action: 'created',
    deployment: { sha, ref: 'main', environment: 'production', created_at: at, updated_at: at },
    workflow_run: null,
  };
  const bodies: Record<string, Record<string, unknown>> = {
    push,
    deployment,
    deployment_status: { ...deployment, deployment_status: { created_at: at } },
    release: { action: 'published', release: { tag_name: 'v1.2', created_at: long, published_at: at } },
    workflow_run: { action: 'completed', workflow_run: { head_sha: sha, head_branch: 'main', updated_at: at } },
    pull_request: {
      ...{ action: 'synchronize', number: 7, before: sha, after: sha },
      pull_request: { head: { sha, ref: 'main' }, updated_at: at },
    },
    pull_request_review: {
      ...{ action: 'submitted', review: {} },
      pull_request: { head: { sha, ref: 'main' }, updated_at: at },
    },
    ping: { zen: 'Keep it logically awesome.', hook_id: 1, hook: {}, repository: { pushed_at: at } },
    delete: { ref: 'main', ref_type: 'branch', repository: { pushed_at: at } },
    deployment_review: { action: 'requested', since: at, workflow_run: { head_sha: sha, updated_at: at } },
  };
  const ofGitHub = (event: string, body: unknown) => read('github', body, { 'x-github-event': event });

  it('of GitHub tells them for a push, a deployment, a release, a run and a pull request', () => {
    expect(ofGitHub('push', push)).toEqual({ event: 'push', git: { sha, ref: 'feature/x' }, target: null });
    const gone = { ...push, ref: 'refs/heads/gone', after: '0'.repeat(40) };
    expect(ofGitHub('push', gone).git).toEqual({ ref: 'gone' });
    for (const event of ['deployment', 'deployment_status']) {
      expect(ofGitHub(event, bodies[event])).toEqual({ event, git: { sha, ref: 'main' }, target: 'production' });
    }
    expect(ofGitHub('release', bodies['release']).git).toEqual({ ref: 'v1.2' });
    for (const event of ['workflow_run', 'pull_request']) {
      expect(ofGitHub(event, bodies[event]).git).toEqual({ sha, ref: 'main' });
    }
  });

  it('of GitHub is what its body says, whatever its header does, which is not signed', () => {
    const bad = expect.objectContaining({ code: 'bad_webhook' });
    for (const [event, body] of Object.entries(bodies)) {
      for (const other of githubEvents.filter((one) => one !== event)) {
        expect(() => ofGitHub(other, body), `${event} as ${other}`).toThrow(bad);
      }
    }
    // What starts nothing need have no shape.
    for (const event of ['ping', 'delete', 'push_to']) {
      expect(ofGitHub(event, push)).toEqual({ event, git: {}, target: null });
    }
  });

  it('of GitHub is late before its first delivery is forgotten', () => {
    const late = expect.objectContaining({ code: 'hook_late' });
    const old = { ...push, repository: { pushed_at: Date.parse(long) / 1_000 } };
    expect(() => ofGitHub('push', old)).toThrow(late);
    const { deployment: about } = deployment;
    const stale = { ...deployment, deployment: { ...about, created_at: long, updated_at: long } };
    expect(() => ofGitHub('deployment', stale)).toThrow(late);
    const timeless = { ...push, repository: {} };
    expect(() => ofGitHub('push', timeless)).toThrow(expect.objectContaining({ code: 'bad_webhook' }));
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

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { checkHookToken } from '#lib/hooks/check-hook-token.ts';
import {
  claimDelivery,
  findByTicket,
  readDelivery,
  renewDelivery,
  settleFailed,
  settleSent,
} from '#lib/hooks/delivery-store.ts';
import { checkFormPass, issueFormPass } from '#lib/hooks/form-pass.ts';
import { createHookToken, readHookToken, revokeHookToken, rotateHookToken } from '#lib/hooks/hook-token-store.ts';
import { listDeliveries, listOldDeliveries } from '#lib/hooks/list-deliveries.ts';
import { planDelivery } from '#lib/hooks/plan-delivery.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { openFileRepository } from '#tests/support/file-repository.ts';

const hooksOf = (hooks: unknown, environment: Record<string, string> = {}) =>
  resolveConfig({ hooks }, environment).hooks;
const code = (of: string) => expect.objectContaining({ code: of });
const by = { by: 'test' };

describe('the hooks of the config', () => {
  it('have defaults that fit what they start', () => {
    const hooks = hooksOf(
      {
        deploy: { start: 'backup', connection: 'production', signature: 'vercel', secretFrom: 'SECRET' },
        check: { start: 'gate', connection: 'production', gate: { maxAge: '1h' } },
        both: { start: 'backup-and-gate', connection: 'production', wait: '5m' },
      },
      { SECRET: 's' },
    );
    expect(hooks.get('deploy')?.webhook).toEqual({
      ...{ signature: 'vercel', secret: { value: 's', from: 'SECRET' } },
      ...{ events: ['deployment.created'], refs: null, targets: null },
    });
    expect(hooks.get('check')?.gate).toEqual({ maxAgeMs: 3_600_000, require: 'proven' });
    expect(hooks.get('both')).toMatchObject({ gate: { require: 'stored' }, waitMs: 300_000, webhook: null });
  });

  it.each([
    ['an action that there is not', { start: 'backup-and-migrate', connection: 'a' }, /backup-and-gate/],
    ['a signature without a secret', { start: 'backup', connection: 'a', signature: 'github' }, /secretFrom/],
    ['a secret without a signature', { start: 'backup', connection: 'a', secretFrom: 'A' }, /signature/],
    ['events without a signature', { start: 'backup', connection: 'a', events: ['push'] }, /signature/],
    ['a gate that nobody asks', { start: 'backup', connection: 'a', gate: {} }, /asks no gate/],
    ['a gate of a transfer', { start: 'transfer', connection: 'a', to: 'neon', gate: {} }, /asks no gate/],
    ['a transfer to nowhere', { start: 'transfer', connection: 'a' }, /a transfer needs/],
    ['a transfer to what there is not', { start: 'transfer', connection: 'a', to: 'b' }, /deploy.to: there is no/],
    ['a transfer into itself', { start: 'transfer', connection: 'neon', to: 'neon' }, /the connection itself/],
    ['another name to confirm', { start: 'transfer', connection: 'a', to: 'neon', confirm: 'a' }, /name of `to`/],
    ['a target of a backup', { start: 'backup', connection: 'a', to: 'neon' }, /a transfer needs/],
    ['a fence of a backup', { start: 'backup', connection: 'a', fence: true }, /about a transfer/],
    ['a label of a transfer', { start: 'transfer', connection: 'a', to: 'neon', label: 'x' }, /label of its own/],
    ['a label of a gate', { start: 'gate', connection: 'a', label: 'x' }, /makes no backup/],
    [
      'an event of GitHub without a time',
      { start: 'backup', connection: 'a', signature: 'github', secretFrom: 'A', events: ['repository_dispatch'] },
      /events of GitHub/,
    ],
    ['no connection', { start: 'backup' }, /connection/],
  ])('refuse %s', (_, hook, message) => {
    expect(() => hooksOf({ deploy: hook })).toThrow(message);
  });

  it('move a database where the config consents to it', () => {
    const hooks = { move: { start: 'transfer', connection: 'production', to: 'new', fence: true } };
    const written = { connections: { new: { protected: true } }, hooks };
    expect(() => resolveConfig(written, {})).toThrow(/new is protected/);
    const consent = { ...written, hooks: { move: { ...hooks.move, confirm: 'new' } } };
    expect(resolveConfig(consent, {}).hooks.get('move')).toMatchObject({ to: 'new', fence: true, confirm: 'new' });
  });

  it('refuse a name that is no part of an address', () => {
    expect(() => hooksOf({ 'De/ploy': { start: 'backup', connection: 'a' } })).toThrow(/hook name/);
  });
});

describe('the token of a hook', () => {
  it('is told once, kept as a hash, rotated and revoked', async () => {
    await using place = await openFileRepository();
    const { repository, folder } = place;
    const { text } = await createHookToken(repository, 'deploy', by);
    const current = () => readHookToken(repository, 'deploy');
    expect(text).toMatch(/^hfh_[\w-]{43}$/);
    expect(() => checkHookToken(undefined, text)).toThrow(code('hook_token_wrong'));
    checkHookToken(await current(), text);
    await expect(createHookToken(repository, 'deploy', by)).rejects.toThrow(code('hook_has_token'));
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(text.slice(4));
    }
    const next = await rotateHookToken(repository, 'deploy', by);
    const rotated = await current();
    expect(() => checkHookToken(rotated, text)).toThrow(code('hook_token_wrong'));
    checkHookToken(rotated, next.text);
    await revokeHookToken(repository, 'deploy', by);
    const revoked = await current();
    expect(() => checkHookToken(revoked, next.text)).toThrow(code('hook_token_wrong'));
    const made = await createHookToken(repository, 'deploy', by);
    checkHookToken(made.token, made.text);
  });

  it('is not made for a hook that has none, by rotating', async () => {
    await using place = await openFileRepository();
    await expect(rotateHookToken(place.repository, 'deploy', by)).rejects.toThrow(code('hook_without_token'));
    await expect(revokeHookToken(place.repository, 'deploy', by)).rejects.toThrow(code('hook_without_token'));
  });
});

describe('a delivery', () => {
  const one = { hook: 'deploy', id: 'ab'.repeat(16) };

  it('is claimed once, also by many at once', async () => {
    await using place = await openFileRepository();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimDelivery(place.repository, one)));
    expect(claims.filter(({ isFirst }) => isFirst)).toHaveLength(1);
    expect(new Set(claims.map(({ delivery }) => delivery.ticket)).size).toBe(1);
    expect((await claimDelivery(place.repository, { ...one, hook: 'other' })).isFirst).toBe(true);
  });

  it('that was taken stays so, with every id that Inngest has given its event', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { delivery } = await claimDelivery(repository, { ...one, now: 1_000 });
    await settleFailed(repository, delivery);
    expect(await claimDelivery(repository, one)).toMatchObject({ isFirst: false, delivery: { state: 'failed' } });
    await settleSent(repository, delivery, { ids: ['first'], now: 5_000 });
    // Two attempts at once: the other one has had its event taken too, or not.
    await settleSent(repository, delivery, { ids: ['second'], now: 9_000 });
    await settleFailed(repository, delivery);
    expect(await readDelivery(repository, one)).toEqual({
      ...delivery,
      ...{ state: 'sent', sentAt: new Date(5_000).toISOString() },
      events: [`hook.deploy.${one.id}`, 'first', 'second'],
    });
  });

  it('that one attempt has had taken is not called failed by another, whichever of them writes last', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { delivery } = await claimDelivery(repository, one);
    // The attempt that fails is held where it writes, with what it has read before.
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isThere = (): void => undefined;
    const there = new Promise<void>((resolve) => {
      isThere = resolve;
    });
    const slow: Repository = {
      ...repository,
      async putJson(...args) {
        isThere();
        await held;
        return repository.putJson(...args);
      },
    };
    const failing = settleFailed(slow, delivery);
    await there;
    await settleSent(repository, delivery, { ids: ['engine'] });
    release();
    await failing;
    expect(await readDelivery(repository, one)).toMatchObject({
      ...{ state: 'sent', sentAt: expect.any(String), events: [`hook.deploy.${one.id}`, 'engine'] },
    });
  });

  it('is renewed once by many at once, and is found by its former events too', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { delivery } = await claimDelivery(repository, { ...one, now: 1_000 });
    await settleFailed(repository, delivery);
    const renewals = await Promise.all([5_000, 6_000, 7_000].map((now) => renewDelivery(repository, delivery, now)));
    expect(new Set(renewals.map(({ at }) => at)).size).toBe(1);
    const [renewed] = renewals;
    const at = Date.parse(renewed?.at ?? '');
    expect([5_000, 6_000, 7_000]).toContain(at);
    const first = `hook.deploy.${one.id}`;
    expect(await readDelivery(repository, one)).toMatchObject({ state: 'claimed', events: [`${first}.${at}`, first] });
    const again = await renewDelivery(repository, renewed ?? delivery, 90_000);
    expect(again).toEqual({
      ...delivery,
      at: new Date(90_000).toISOString(),
      events: [`${first}.90000`, `${first}.${at}`, first],
    });
    await settleFailed(repository, again);
    expect(await readDelivery(repository, one)).toEqual({ ...again, state: 'failed' });
    await settleSent(repository, again, { ids: ['engine'] });
    const events = [...again.events, 'engine'];
    expect(await readDelivery(repository, one)).toMatchObject({ state: 'sent', at: again.at, events });
    // With all that lies beside it, it is forgotten.
    const later = Date.now() + 31 * 24 * 3_600_000;
    expect((await repository.store.deleteMany(await listOldDeliveries(repository, later))).failed).toEqual([]);
    for await (const { key } of repository.store.list('hooks/')) throw new Error(`${key} was left.`);
  });

  it('is sent again until it was taken, and a webhook is replayed after it, or after a day', () => {
    const at = new Date(0).toISOString();
    const hour = 3_600_000;
    const plan = (state: 'claimed' | 'failed' | 'sent' | 'ignored', by: 'token' | 'form' | 'webhook', hours: number) =>
      planDelivery({ state, at }, { by, ignored: null, now: hours * hour });
    for (const state of ['claimed', 'failed'] as const) {
      for (const by of ['token', 'form', 'webhook'] as const) expect(plan(state, by, 0.01)).toBe('send');
      expect([plan(state, 'token', 22), plan(state, 'token', 24)]).toEqual(['send', 'renew']);
      expect(plan(state, 'webhook', 22)).toBe('send');
      expect(plan(state, 'webhook', 24)).toBe('replayed');
    }
    for (const state of ['sent', 'ignored'] as const) expect(plan(state, 'webhook', 0.01)).toBe('replayed');
    expect(plan('sent', 'token', 400)).toBe('answer');
    const ignored = { by: 'webhook', ignored: 'about something else', now: 0 } as const;
    expect(planDelivery({ state: 'failed', at }, ignored)).toBe('answer');
  });

  it('is listed with those of its hook, the newest first', async () => {
    await using place = await openFileRepository();
    for (const [n, hook] of ['deploy', 'deploy', 'other'].entries()) {
      await claimDelivery(place.repository, { hook, id: `${n}`.repeat(32), now: n * 1_000 });
    }
    const listed = await listDeliveries(place.repository, { hook: 'deploy', limit: 5 });
    expect(listed.map(({ id }) => id[0])).toEqual(['1', '0']);
  });

  it('is shown to who has its ticket', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { delivery } = await claimDelivery(repository, one);
    const find = (ticket: string, hook = 'deploy') => findByTicket(repository, { hook, ticket });
    expect(await find(delivery.ticket)).toMatchObject({ id: one.id });
    const wrong = `${delivery.ticket.slice(0, -1)}${delivery.ticket.endsWith('A') ? 'B' : 'A'}`;
    for (const ticket of ['', '.', wrong, `${one.id}.`, `../${delivery.ticket}`]) {
      expect(await find(ticket)).toBeUndefined();
    }
    expect(await find(delivery.ticket, 'other')).toBeUndefined();
  });
});

describe('the pass of a button', () => {
  const page = { hook: 'deploy', key: 'hash' };

  it('is good for its hook, its token and an hour', () => {
    const pass = issueFormPass({ ...page, now: 1_000 });
    expect(checkFormPass(pass, { ...page, now: 2_000 })).toMatch(/^[0-9a-f]{32}$/);
    for (const [given, against] of [
      [pass, { ...page, now: 3_602_000 }],
      [pass, { ...page, now: 0 }],
      [pass, { hook: 'deploy', key: 'other', now: 2_000 }],
      [pass, { hook: 'other', key: 'hash', now: 2_000 }],
      [`${pass}.`, { ...page, now: 2_000 }],
      ['', { ...page, now: 2_000 }],
      [pass.replace(/^[^.]*/, 'zzzz'), { ...page, now: 2_000 }],
    ] as const) {
      expect(() => checkFormPass(given, against)).toThrow(code('hook_form_stale'));
    }
  });
});

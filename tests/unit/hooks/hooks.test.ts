import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';
import { checkHookToken } from '#lib/hooks/check-hook-token.ts';
import { claimDelivery, findByTicket, settleDelivery } from '#lib/hooks/delivery-store.ts';
import { checkFormPass, issueFormPass } from '#lib/hooks/form-pass.ts';
import { createHookToken, readHookToken, revokeHookToken, rotateHookToken } from '#lib/hooks/hook-token-store.ts';
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
    ['no connection', { start: 'backup' }, /connection/],
  ])('refuse %s', (_, hook, message) => {
    expect(() => hooksOf({ deploy: hook })).toThrow(message);
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
    expect(claims.filter(({ first }) => first)).toHaveLength(1);
    expect(new Set(claims.map(({ delivery }) => delivery.ticket)).size).toBe(1);
    expect((await claimDelivery(place.repository, { ...one, hook: 'other' })).first).toBe(true);
  });

  it('is claimed again where it could not be sent, or its process died', async () => {
    await using place = await openFileRepository();
    const { repository } = place;
    const { delivery } = await claimDelivery(repository, { ...one, now: 1_000 });
    expect((await claimDelivery(repository, { ...one, now: 31_000 })).first).toBe(false);
    const again = await claimDelivery(repository, { ...one, now: 62_000 });
    expect(again).toEqual({ delivery, first: true });
    await settleDelivery(repository, delivery, { state: 'failed' });
    expect((await claimDelivery(repository, { ...one, now: 2_000 })).first).toBe(true);
    await settleDelivery(repository, delivery, { state: 'sent', ids: ['of-inngest'] });
    const late = await claimDelivery(repository, { ...one, now: 9e9 });
    expect(late).toMatchObject({ first: false, delivery: { events: [`hook.deploy.${one.id}`, 'of-inngest'] } });
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

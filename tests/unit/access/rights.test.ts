import { describe, expect, it } from 'vitest';
import { type Identity, isInScope, requireRight } from '#lib/access/identity.ts';
import { type Action, leastRoles, may } from '#lib/access/may.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';

const admin: Identity = { kind: 'token', id: 'x', name: 'x', role: 'admin', scope: null };
const code = (code: string) => expect.objectContaining({ name: 'RefusedError', code });

describe('the permission table', () => {
  const actions = Object.keys(leastRoles) as Action[];
  const allowed = (role: Identity['role']): Action[] => actions.filter((action) => may(role, action));

  it('lets a viewer look and do nothing', () => {
    expect(allowed('viewer')).toEqual(['read', 'see-metrics']);
  });

  it('gives an operator what can be taken back, and nothing that cannot', () => {
    for (const action of ['start-backup', 'restore', 'approve', 'cancel', 'rollback', 'pin', 'hooks'] as const) {
      expect(may('operator', action), action).toBe(true);
    }
    const kept = ['discard', 'prune', 'sweep', 'manage-tokens', 'see-audit', 'settings'] as const;
    for (const action of kept) expect(may('operator', action), action).toBe(false);
  });

  it('gives an admin everything', () => {
    expect(allowed('admin')).toEqual(actions);
  });
});

describe('a right', () => {
  const scoped: Identity = { ...admin, scope: ['production', 'neon'] };

  it('is refused by role before it is looked at by scope', () => {
    expect(() => requireRight({ ...scoped, role: 'viewer' }, { action: 'restore', connections: ['other'] })).toThrow(
      code('forbidden'),
    );
  });

  it('holds for the connections of the scope, and only for all of them', () => {
    requireRight(scoped, { action: 'restore', connections: ['production', 'neon'] });
    for (const connections of [['other'], ['production', 'other']]) {
      expect(() => requireRight(scoped, { action: 'restore', connections })).toThrow(code('out_of_scope'));
    }
  });

  it('is refused with a scope where it is about the whole service, but for reading', () => {
    requireRight(scoped, { action: 'read' });
    // A run that is about no connection, as a sweep.
    expect(() => requireRight(scoped, { action: 'read', connections: [] })).toThrow(code('out_of_scope'));
    for (const action of ['manage-tokens', 'sweep', 'see-audit', 'see-metrics', 'start-backup'] as const) {
      expect(() => requireRight(scoped, { action }), action).toThrow(code('out_of_scope'));
      requireRight(admin, { action });
    }
  });

  it('may be asked for before the connections are known', () => {
    requireRight(scoped, { action: 'restore', connections: 'later' });
    const viewer = { ...scoped, role: 'viewer' as const };
    expect(() => requireRight(viewer, { action: 'restore', connections: 'later' })).toThrow(code('forbidden'));
  });

  it('knows what lies in a scope', () => {
    expect(isInScope(scoped, ['production', null])).toBe(true);
    expect(isInScope(scoped, ['production', 'other'])).toBe(false);
    expect(isInScope(admin, ['anything'])).toBe(true);
  });

  it('does not show a run of the whole service to a scope', () => {
    const run = { kind: 'backup', connection: null, target: null } as const;
    expect(isRunInScope(scoped, { ...run, kind: 'sweep' })).toBe(false);
    expect(isRunInScope(scoped, { ...run, connection: 'production' })).toBe(true);
    expect(isRunInScope(scoped, { ...run, connection: 'production', target: 'other' })).toBe(false);
    expect(isRunInScope(admin, { ...run, kind: 'sweep' })).toBe(true);
  });

  it('does not show a scope what reads a backup of nobody knows which connection', () => {
    for (const kind of ['restore', 'recover', 'verify'] as const) {
      const run = { kind, connection: null, target: 'production' };
      expect(isRunInScope(scoped, run), kind).toBe(false);
      expect(isRunInScope(scoped, { ...run, connection: 'neon' }), kind).toBe(true);
      expect(isRunInScope(admin, run), kind).toBe(true);
    }
    // A rollback puts the target's own data back.
    expect(isRunInScope(scoped, { kind: 'rollback', connection: null, target: 'neon' })).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { pickRoleValues, roleOfValues } from '#lib/access/oidc-role.ts';
import { resolveConfig } from '#lib/config/resolve-config.ts';

const roles = { viewer: ['staff'], operator: ['ops', 'sre'], admin: ['owners'] };
const roleOf = (claims: Record<string, unknown>, roleClaim = 'groups') =>
  roleOfValues(pickRoleValues(claims, { roleClaim, roles }), roles);

describe('the role of an identity', () => {
  it.each([
    [{ groups: ['staff'] }, 'viewer'],
    [{ groups: ['staff', 'sre', 'other'] }, 'operator'],
    [{ groups: ['owners', 'staff'] }, 'admin'],
    [{ groups: 'ops' }, 'operator'],
    [{ groups: [] }, null],
    [{ groups: ['Owners', 'owner', ''] }, null],
    [{ groups: { owners: true } }, null],
    [{ groups: [['owners']] }, null],
    [{}, null],
  ])('of %j is %s', (claims, role) => {
    expect(roleOf(claims)).toBe(role);
  });

  it('may lie deeper, or under a name with dots', () => {
    expect(roleOf({ realm_access: { roles: ['ops'] } }, 'realm_access.roles')).toBe('operator');
    expect(roleOf({ 'https://example.com/roles': ['ops'] }, 'https://example.com/roles')).toBe('operator');
    expect(roleOf({ realm_access: 'ops' }, 'realm_access.roles')).toBe(null);
    expect(roleOf({}, '__proto__.constructor')).toBe(null);
  });

  it('goes by an address only where the provider has checked it', () => {
    const byAddress = { viewer: [], operator: [], admin: ['a@example.com'] };
    const held = (claims: Record<string, unknown>) => pickRoleValues(claims, { roleClaim: 'email', roles: byAddress });
    expect(held({ email: 'a@example.com', email_verified: true })).toEqual(['a@example.com']);
    expect(held({ email: 'a@example.com', email_verified: false })).toEqual([]);
    expect(held({ email: 'a@example.com' })).toEqual([]);
  });
});

describe('the config of a provider', () => {
  const oidc = { issuer: 'https://id.example.com', clientId: 'holdfast', roles: { admin: ['owners'] } };

  it('has defaults, and takes the secret from the environment', () => {
    const written = { oidc: { ...oidc, clientSecretFrom: 'OIDC_SECRET' } };
    expect(resolveConfig(written, { OIDC_SECRET: 'very-secret' }).access).toEqual({
      oidc: {
        ...{ issuer: 'https://id.example.com', clientId: 'holdfast', clientSecret: 'very-secret' },
        ...{ clientSecretFrom: 'OIDC_SECRET', scopes: ['openid', 'profile', 'email'], roleClaim: 'groups' },
        roles: { viewer: [], operator: [], admin: ['owners'] },
      },
      ...{ trustedProxies: 0, publicUrl: null },
    });
    expect(resolveConfig(written, {}).access.oidc?.clientSecret).toBeNull();
  });

  it('trusts the proxy of Vercel, and otherwise none that is not named', () => {
    expect(resolveConfig({}, { VERCEL: '1' }).access.trustedProxies).toBe(1);
    expect(resolveConfig({ trustedProxies: 2 }, { VERCEL: '1' }).access.trustedProxies).toBe(2);
    expect(resolveConfig({}, {}).access.trustedProxies).toBe(0);
  });

  it.each([
    { issuer: 'id.example.com' },
    { issuer: 'ftp://id.example.com' },
    { roles: { root: ['x'] } },
    { clientSecret: 'in the open' },
  ])('does not parse with %j', (change) => {
    expect(() => resolveConfig({ oidc: { ...oidc, ...change } }, {})).toThrow(
      expect.objectContaining({ code: 'bad_config' }),
    );
  });
});

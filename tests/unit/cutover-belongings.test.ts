import { describe, expect, it } from 'vitest';
import type { Belongings, DatabaseGrant } from '#lib/cutover/database-swap/belongings.ts';
import { planAccess } from '#lib/cutover/database-swap/plan-access.ts';
import { planBelongings } from '#lib/cutover/database-swap/plan-belongings.ts';
import { splitGucList } from '#lib/cutover/database-swap/split-guc-list.ts';

function belongings(some: Partial<Belongings> = {}): Belongings {
  const plain = { connectionLimit: -1, allowsConnections: true, isTemplate: false, comment: null };
  return {
    ...{ oid: '1', name: 'shop', owner: 'app', ...plain },
    ...{ settings: [], grants: owned('app'), labels: [] },
    ...some,
  };
}

function grant(grantee: string, privilege: string, some: Partial<DatabaseGrant> = {}): DatabaseGrant {
  return { grantor: 'app', grantee, privilege, grantable: false, ...some };
}

/** What the owner has of a database by itself. */
function owned(owner: string): DatabaseGrant[] {
  return ['CREATE', 'TEMPORARY', 'CONNECT'].map((privilege) => grant(owner, privilege, { grantor: owner }));
}

const closed = [...owned('app'), grant('', 'TEMPORARY')];
const open = [...closed, grant('', 'CONNECT')];

describe('planBelongings', () => {
  const plan = (from: Partial<Belongings>, to: Partial<Belongings> = {}): string[] =>
    planBelongings(belongings(from), belongings(to), 'st"aging').map(({ sql }) => sql);

  it('says nothing of what is equal', () => {
    const all = {
      settings: [{ role: null, name: 'work_mem', value: '8MB' }],
      comment: 'the shop',
      labels: [{ provider: 'p', label: 'secret' }],
    };
    expect(plan(all, all)).toEqual([]);
  });

  it('sets settings of the database and of roles in it, and resets those that the other has not', () => {
    const settings = [
      { role: null, name: 'work_mem', value: "it's" },
      { role: 'bo"b', name: 'app.Tenant', value: 'a\\b=c' },
    ];
    expect(plan({ settings }, { settings: [{ role: null, name: 'jit', value: 'off' }] })).toEqual([
      'alter database "st""aging" reset "jit"',
      `alter database "st""aging" set "work_mem" to 'it''s'`,
      `alter role "bo""b" in database "st""aging" set "app.Tenant" to e'a\\\\b=c'`,
    ]);
  });

  it('gives lists of names as lists', () => {
    const settings = [{ role: null, name: 'search_path', value: '"$user", public, "a, ""b"""' }];
    expect(plan({ settings })).toEqual([`alter database "st""aging" set "search_path" to '$user', 'public', 'a, "b"'`]);
    expect(plan({ settings: [{ role: null, name: 'search_path', value: '""' }] })).toEqual([
      `alter database "st""aging" set "search_path" to ''`,
    ]);
  });

  it('carries comment and labels, and takes a comment away', () => {
    expect(plan({ comment: "the owner's", labels: [{ provider: 'p', label: 'l' }] })).toEqual([
      `comment on database "st""aging" is 'the owner''s'`,
      `security label for "p" on database "st""aging" is 'l'`,
    ]);
    expect(plan({}, { comment: 'x' })).toEqual(['comment on database "st""aging" is null']);
  });

  it('names a setting without its value', () => {
    const from = belongings({ settings: [{ role: 'bob', name: 'app.jwt_secret', value: 'hunter2' }] });
    expect(planBelongings(from, belongings(), 'x').map(({ what }) => what)).toEqual([
      'setting app.jwt_secret of role bob',
    ]);
  });
});

describe('splitGucList', () => {
  it('leaves a setting alone that is one string', () => {
    expect(splitGucList('work_mem', 'a, b')).toBeUndefined();
  });

  it('reads quoted and plain elements', () => {
    expect(splitGucList('search_path', ' a ,"b ""c"", d",e')).toEqual(['a', 'b "c", d', 'e']);
    expect(splitGucList('Temp_Tablespaces', '')).toEqual([]);
  });
});

describe('planAccess', () => {
  const plan = (from: Partial<Belongings>, to: Partial<Belongings>, superuser = true) =>
    planAccess(belongings(from), belongings(to), { name: 'shop', superuser });

  it('opens a closed database as the other one is open, and no further', () => {
    expect(plan({ grants: open }, { grants: closed }).statements).toEqual([
      'grant CONNECT on database "shop" to public',
    ]);
    expect(plan({ grants: closed }, { grants: closed }).statements).toEqual([]);
  });

  it('revokes before it grants', () => {
    const from = [...owned('app'), grant('bob', 'CONNECT', { grantable: true })];
    expect(plan({ grants: from }, { grants: [...closed, grant('bob', 'CONNECT')] }).statements).toEqual([
      'revoke TEMPORARY on database "shop" from public cascade',
      'revoke CONNECT on database "shop" from "bob" cascade',
      'grant CONNECT on database "shop" to "bob" with grant option',
    ]);
  });

  it('grants as the role that granted, after that role may', () => {
    const grants = [
      ...closed,
      grant('dora', 'CREATE', { grantor: 'carl' }),
      grant('carl', 'CREATE', { grantor: 'bob', grantable: true }),
      grant('bob', 'CREATE', { grantable: true }),
    ];
    expect(plan({ grants }, { grants: closed }).statements).toEqual([
      'grant CREATE on database "shop" to "bob" with grant option',
      ...['set local role "bob"', 'grant CREATE on database "shop" to "carl" with grant option', 'reset role'],
      ...['set local role "carl"', 'grant CREATE on database "shop" to "dora"', 'reset role'],
    ]);
  });

  it('grants as the owner where the role is no superuser, and says so', () => {
    const grants = [...closed, grant('carl', 'CREATE', { grantor: 'bob' })];
    expect(plan({ grants }, { grants: closed }, false)).toEqual({
      statements: ['grant CREATE on database "shop" to "carl"'],
      notes: ['CREATE of role carl: granted by bob before, by the owner app now'],
    });
  });

  it('gives the owner first, and knows what that does to the rights', () => {
    expect(plan({ owner: 'eve', grants: owned('eve') }, { grants: owned('app') }).statements).toEqual([
      'alter database "shop" owner to "eve"',
    ]);
  });

  it('carries limit and flags', () => {
    const from = { connectionLimit: 7, isTemplate: true, allowsConnections: false };
    expect(plan(from, {}).statements).toEqual([
      'alter database "shop" connection limit 7',
      'alter database "shop" is_template true',
      'alter database "shop" allow_connections false',
    ]);
  });
});

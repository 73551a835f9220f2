import { describe, expect, it } from 'vitest';
import { planDefaultPrivileges } from '#lib/restore/default-privileges.ts';
import { leaveOutForSuperusers } from '#lib/restore/leave-out-entries.ts';
import { joinNarrowWaves } from '#lib/restore/plan-restore.ts';
import { planPublicSchema } from '#lib/restore/public-schema.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

describe('joinNarrowWaves', () => {
  it('makes one of neighbours that have one group each, in their order', () => {
    const waves = [[['a'], ['b']], [['c']], [['d', 'e']], [['f'], ['g']], [['h']]];
    expect(joinNarrowWaves(waves)).toEqual([[['a'], ['b']], [['c', 'd', 'e']], [['f'], ['g']], [['h']]]);
  });

  it('keeps the order and the number small, whatever the number of rounds', () => {
    const waves = Array.from({ length: 500 }, (_, n) => [[`${n}a`], [`${n}b`]]);
    const joined = joinNarrowWaves(waves);
    expect(joined.length).toBeLessThan(30);
    expect(joined.flat(2)).toEqual(waves.flat(2));
  });
});

describe('leaveOutForSuperusers', () => {
  const entry = (over: Partial<SchemaEntry>): SchemaEntry => ({
    ...{ id: 1, type: 'TABLE', section: 'pre-data', schema: 'public', name: 't', owner: 'app', definition: '' },
    ...{ drop: 'DROP', tablespace: null, accessMethod: null, relkind: null, dependsOn: [] },
    ...over,
  });

  it('leaves out what takes a superuser, and what belongs to it, and nothing else', () => {
    const table = entry({});
    const few = entry({ id: 2, type: 'PUBLICATION', name: 'few', definition: 'CREATE PUBLICATION few WITH (...);' });
    const all = entry({
      id: 3,
      type: 'PUBLICATION',
      name: 'all',
      definition: 'CREATE PUBLICATION "all" FOR ALL TABLES;',
    });
    const comment = entry({ id: 4, type: 'COMMENT', section: 'none', name: 'PUBLICATION "all"', dependsOn: [3] });
    const part = entry({ id: 5, type: 'PUBLICATION TABLE', name: 'few t', dependsOn: [2, 1] });
    const { entries, leftOut } = leaveOutForSuperusers([table, few, all, comment, part]);
    expect(entries.map(({ id }) => id)).toEqual([1, 2, 5]);
    expect(leftOut.map(({ reason }) => reason)).toEqual(Array(2).fill('only a superuser can publish all tables'));
  });
});

describe('what is undone', () => {
  const right = (grantee: string, privilege: string) => ({ grantee, privilege, grantable: false });

  it('leaves default privileges alone that are as they were, and brings others back', () => {
    const mine = { role: 'app', schema: null, kind: 'tables', grants: [right('app', 'SELECT'), right('r', 'SELECT')] };
    expect(planDefaultPrivileges([mine], [{ ...mine, grants: [...mine.grants].reverse() }])).toEqual([]);
    const inSchema = { role: 'app', schema: 's', kind: 'types', grants: [right('', 'USAGE')] };
    expect(planDefaultPrivileges([], [inSchema])).toEqual([
      'alter default privileges for role "app" in schema "s" revoke all on types from public',
    ]);
    expect(planDefaultPrivileges([mine], [{ ...mine, grants: [right('x', 'INSERT')] }])).toEqual(
      [
        'revoke all on tables from "x"',
        'revoke all on tables from public',
        'revoke all on tables from "app"',
        'grant SELECT on tables to "app"',
        'grant SELECT on tables to "r"',
      ].map((statement) => `alter default privileges for role "app" ${statement}`),
    );
  });

  it('says nothing of a schema public that is as it was', () => {
    const was = { owner: 'o', grants: [right('o', 'CREATE')], comment: "it's" };
    expect(planPublicSchema(was, { ...was })).toEqual([]);
    expect(planPublicSchema(null, null)).toEqual([]);
    expect(planPublicSchema(was, { ...was, comment: null })).toEqual([`comment on schema public is 'it''s'`]);
    expect(planPublicSchema(was, { ...was, grants: [] })).toEqual([
      'revoke all on schema public from public',
      'revoke all on schema public from "o"',
      'grant CREATE on schema public to "o"',
    ]);
  });
});

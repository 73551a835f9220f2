import { describe, expect, it } from 'vitest';
import { orderMatviews } from '#lib/catalog/order-matviews.ts';
import type { ManifestTable } from '#lib/manifest/manifest.ts';
import { fitToRoles } from '#lib/restore/fit-to-roles.ts';
import { copyInSql, planRows } from '#lib/restore/plan-rows.ts';
import { largeObjectStatements } from '#lib/restore/stage-large-objects.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';

function table(name: string, chunks: number[]): ManifestTable {
  const refs = chunks.map((bytes, i) => {
    const digits = `${name.charCodeAt(0)}${i}`;
    return { name: digits.padStart(64, '0'), stored: 1, bytes, rows: 1, digest: '0'.repeat(16) };
  });
  const total = String(chunks.reduce((sum, bytes) => sum + bytes, 0));
  const about = {
    kind: 'table',
    schema: 's',
    columns: ['c'],
    condition: '',
    rows: '1',
    digest: '0'.repeat(16),
  } as const;
  return { ...about, columns: [...about.columns], name, bytes: total, chunks: refs };
}

describe('planRows', () => {
  it('spreads lanes over tables first', () => {
    const lanes = planRows([table('a', [10, 10, 10]), table('b', [10, 10, 10])], 2);
    expect(lanes.map((lane) => new Set(lane.map((item) => item.table)))).toEqual([new Set([0]), new Set([1])]);
  });

  it('cuts one large table into neighbouring halves', () => {
    const lanes = planRows([table('a', [10, 10, 10, 10])], 2);
    expect(lanes.map((lane) => lane.map(({ chunk }) => chunk))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('loads every chunk exactly once, whatever the sizes', () => {
    const tables = [table('a', [5]), table('b', []), table('c', [1, 900, 3]), table('d', [7, 7])];
    for (const count of [1, 2, 3, 7]) {
      const items = planRows(tables, count)
        .flat()
        .map((item) => `${item.table}/${item.chunk}`);
      expect(items.sort()).toEqual(['0/0', '2/0', '2/1', '2/2', '3/0', '3/1']);
    }
  });
});

describe('copyInSql', () => {
  it('names no columns where there are none', () => {
    expect(copyInSql({ ...table('a', []), columns: [] })).toBe('copy "s"."a" from stdin');
  });
});

describe('orderMatviews', () => {
  it('puts each after all it reads, through views as well', () => {
    const matviews = ['1', '2', '3'].map((oid) => ({ oid }));
    const edges = new Map([
      ['1', ['view']],
      ['view', ['3']],
      ['3', ['2']],
    ]);
    expect(orderMatviews(matviews, edges).map(({ oid }) => oid)).toEqual(['2', '3', '1']);
  });
});

describe('largeObjectStatements', () => {
  it('gives an object its number, comment, grants and owner, as far as the roles are there', () => {
    const acl = '{"\\"we ird\\"=rw*/app",reader=r/app,=r/app,gone=w/app}';
    const object = { oid: '42', owner: 'app', acl, comment: "it's" };
    const target = { roles: new Set(['app', 'reader', 'we ird']), grantable: new Set(['app']) };
    expect(largeObjectStatements([object], target)).toEqual([
      'select pg_catalog.lo_create(42)',
      `comment on large object 42 is 'it''s'`,
      'grant select on large object 42 to "we ird"',
      'grant update on large object 42 to "we ird" with grant option',
      'grant select on large object 42 to "reader"',
      'grant select on large object 42 to public',
      'alter large object 42 owner to "app"',
    ]);
  });
});

describe('fitToRoles', () => {
  const entry = (over: Partial<SchemaEntry>): SchemaEntry => ({
    ...{ id: 1, type: 'TABLE', section: 'pre-data', schema: 'public', name: 't', owner: 'app', definition: '' },
    ...{ drop: 'DROP TABLE public.t;', tablespace: null, accessMethod: null, relkind: null, dependsOn: [] },
    ...over,
  });
  const acl = entry({
    ...{ id: 2, type: 'ACL', section: 'none', name: 'TABLE t', drop: '' },
    definition: 'GRANT SELECT ON TABLE public.t TO reader;\nGRANT ALL ON TABLE public.t TO gone;\n',
  });

  it('gives an object to the restoring role where its owner is missing, and says so', () => {
    const target = { roles: new Set(['me', 'reader']), grantable: new Set(['me']), superuser: false };
    const fitted = fitToRoles([entry({}), acl], target);
    expect(fitted.entries[0]?.owner).toBe('');
    expect(fitted.entries[1]?.definition).toBe('GRANT SELECT ON TABLE public.t TO reader;');
    expect(fitted.leftOut).toEqual([
      { object: 'owner app of 1 objects', reason: 'the target has no such role' },
      { object: '1 grants of gone', reason: 'the target has no such role' },
    ]);
  });

  it('changes nothing where every role is there', () => {
    const all = new Set(['app', 'reader', 'gone']);
    const fitted = fitToRoles([entry({})], { roles: all, grantable: all, superuser: true });
    expect(fitted).toEqual({ entries: [entry({})], leftOut: [] });
  });
});

import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withRowScanner } from '#lib/digest/with-row-scanner.ts';
import { planComparison } from '#lib/recovery/differences/plan-comparison.ts';
import { planStatements } from '#lib/recovery/differences/plan-statements.ts';
import type { Relation, RelationColumn } from '#lib/recovery/differences/read-relation.ts';
import { digestInOrder } from '#lib/recovery/digest-reordered.ts';

function column(name: string, type = 'integer', some: Partial<RelationColumn> = {}): RelationColumn {
  return { name, type, collation: null, generated: false, identityAlways: false, ...some };
}

function relation(columns: RelationColumn[], some: Partial<Relation> & { by?: string[] } = {}): Relation {
  const { by = ['id'], ...rest } = some;
  return {
    ...{ schema: 'public', name: 'orders', partitioned: false, inherited: false, unreadable: null, columns },
    key: by.map((name) => ({ name, operator: { schema: 'pg_catalog', symbol: '=' } })),
    ...rest,
  };
}

const side = relation([column('id'), column('note', 'text'), column('old')], { schema: 'si"de' });
const table = { schema: 'public', name: 'orders', key: ['id'], noKey: null };

describe('planComparison', () => {
  it('compares by the key the columns that both have, and tells of the others', () => {
    const live = relation([
      column('id'),
      column('note', 'character varying(9)'),
      column('new'),
      column('sum', 'integer', { generated: true }),
    ]);
    expect(planComparison(table, { side, live })).toMatchObject({
      how: 'by key',
      key: [{ name: 'id', asText: false }],
      columns: ['id', 'note'],
      notes: [
        'not compared, as the live table does not have it any more: old',
        'not compared, as the backup does not have it: new',
        'not compared, as the database generates it: sum',
        'note was text and is character varying(9): compared as text',
      ],
    });
  });

  it('takes a key of another type, or of another collation, for the text it is', () => {
    for (const changed of [column('id', 'bigint'), column('id', 'integer', { collation: 'pg_catalog."C"' })]) {
      expect(planComparison(table, { side, live: relation([changed]) })).toMatchObject({ key: [{ asText: true }] });
    }
  });

  it('does not mind the order of the key’s columns', () => {
    const both = relation([column('a'), column('b')], { by: ['b', 'a'] });
    expect(planComparison({ key: ['a', 'b'], noKey: null }, { side: both, live: both }).how).toBe('by key');
  });

  it.each([
    [table, relation([column('id')], { key: null }), /no primary key that rows can be compared by; it was \(id\)/],
    [table, relation([column('id'), column('b')], { by: ['id', 'b'] }), /was \(id\) and is \(id, b\)/],
    [{ ...table, key: null, noKey: 'it never had one' }, relation([column('id')]), /^it never had one$/],
  ])('only counts where the key is not the same', (planned, live, reason) => {
    expect(planComparison(planned, { side, live })).toMatchObject({
      how: 'counts',
      reason: expect.stringMatching(reason),
    });
  });

  it('does not read what it must not, and knows a table that is gone', () => {
    const secured = relation([column('id')], { unreadable: 'row security' });
    expect(planComparison(table, { side, live: secured })).toMatchObject({ how: 'unread', reason: 'row security' });
    expect(planComparison(table, { side, live: undefined })).toMatchObject({ how: 'gone' });
  });
});

describe('planStatements', () => {
  const statements = (live: Relation | undefined) =>
    planStatements(planComparison(table, { side, live }), { table, side, live });

  it('brings rows back by key, with everything quoted', () => {
    const live = relation([column('id'), column('note', 'text')]);
    expect(statements(live)).toEqual({
      insert: `insert into "public"."orders" ("id", "note")
select b."id", b."note" from "si""de"."orders" b
where not exists (select from "public"."orders" l where l."id" = b."id");`,
      update: `update "public"."orders" l set "note" = b."note"
from "si""de"."orders" b
where l."id" = b."id" and row(l."note")::text <> row(b."note")::text;`,
    });
  });

  it('leaves generated columns out and keeps identities', () => {
    const live = relation([
      column('id', 'integer', { identityAlways: true }),
      column('note', 'text', { generated: true }),
      column('old'),
    ]);
    const { insert, update } = statements(live);
    expect(insert).toMatch(
      /^insert into "public"\."orders" \("id", "old"\) overriding system value\nselect b\."id", b\."old" from/,
    );
    expect(update).toMatch(/set "old" = b\."old"\n/);
    expect(statements(relation([column('id')])).update).toBeNull();
  });

  it('names operators of other schemas, and compares as text where the type changed', () => {
    const operator = { schema: 'ext', symbol: '=' };
    const live = relation([column('id')], { key: [{ name: 'id', operator }] });
    expect(statements(live).insert).toContain('where l."id" operator("ext".=) b."id"');
    expect(statements(relation([column('id', 'uuid')])).insert).toContain('where l."id"::text = b."id"::text');
  });

  it('inserts all rows into a table that has to be made again, and nothing where rows were only counted', () => {
    expect(statements(undefined).insert).toBe(
      `insert into "public"."orders" ("id", "note", "old") overriding system value\nselect "id", "note", "old" from "si""de"."orders";`,
    );
    expect(statements(relation([column('id')], { key: null }))).toEqual({ insert: null, update: null });
  });

  it('does not look into the tables that inherit from it', () => {
    const live = relation([column('id'), column('note', 'text')], { inherited: true });
    expect(statements(live).insert).toContain('from only "public"."orders" l');
    expect(statements(live).update).toMatch(/^update only "public"/);
  });
});

describe('digestInOrder', () => {
  const digest = (text: string): Promise<string> =>
    withRowScanner(async (kernel) => {
      kernel.scan(Buffer.from(text));
      return kernel.takeCounts().digest;
    });

  it('is the digest of the rows with their fields in the other order, across blocks', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => [`ä\\t${n}`, '\\N', 'x'.repeat(n % 700)]);
    const text = (order: number[]): string => rows.map((row) => `${order.map((at) => row[at]).join('\t')}\n`).join('');
    const [half = '', rest = ''] = [text([0, 1, 2]).slice(0, 700_001), text([0, 1, 2]).slice(700_001)];
    const stored = Buffer.concat([half, rest].map((part) => zstdCompressSync(part)));
    const options = { codec: 'zstd', order: [2, 0, 1], object: 'table t' } as const;
    expect(await digestInOrder(stored, options)).toBe(await digest(text([2, 0, 1])));
  });

  it('names the table of a chunk that does not decode, or ends within a row', async () => {
    const options = { codec: 'zstd', order: [0], object: 'table t' } as const;
    for (const stored of [Buffer.from('no frame'), zstdCompressSync('a row')]) {
      await expect(digestInOrder(stored, options)).rejects.toMatchObject({
        name: 'DamagedError',
        message: /^table t: /,
      });
    }
  });
});

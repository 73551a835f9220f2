import { describe, expect, it } from 'vitest';
import { planRecovery } from '#lib/recovery/plan-recovery.ts';
import { manifestToLoad, manifestToProve } from '#lib/recovery/side-tables.ts';
import { type MadeBackup, makeBackup } from './make-backup.ts';

const orders = {
  name: 'orders',
  definition:
    'CREATE TABLE public.orders (\n    id bigint NOT NULL,\n    note text COLLATE pg_catalog."C",\n    upper text GENERATED ALWAYS AS (upper(note)) STORED\n);',
  columns: ['id', 'note'],
};

function plan(backup: MadeBackup, patterns: string[], options: { unlogged?: boolean; schema?: string } = {}) {
  return planRecovery(backup, { patterns, schema: 'side', lanes: 2, unlogged: false, ...options });
}

function key(definition: string, some: object = {}) {
  return { type: 'CONSTRAINT', name: 'orders k', definition, section: 'post-data' as const, ...some };
}

describe('planRecovery', () => {
  it('makes a plain table of the columns whose rows the backup holds', () => {
    const { create, tables, rows } = plan(makeBackup([orders]), ['orders'], { schema: 'Si"de' });
    expect(create[0]?.sql).toBe(`create table "Si""de"."orders" ("id" bigint, "note" text collate pg_catalog."C");
comment on table "Si""de"."orders" is 'public.orders at 2026-11-21T01:45:00.000Z (backup 20261121T014500Z-x7k2qd)'`);
    expect(tables[0]).toMatchObject({
      side: 'orders',
      key: null,
      noKey: 'it has no primary key in the backup',
      rows: '2',
    });
    expect(rows.flat()).toEqual([{ table: 0, chunk: 0 }]);
    expect(plan(makeBackup([orders]), ['orders'], { unlogged: true }).create[0]?.sql).toMatch(/^create unlogged table/);
  });

  it('takes primary key and unique constraints along, without their names, and no other', () => {
    const backup = makeBackup(
      [orders],
      [
        key(
          'ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT "pk ; x" PRIMARY KEY (id);\n\nALTER TABLE public.orders CLUSTER ON "pk ; x";',
        ),
        key(
          "ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (note) INCLUDE (id) WITH (fillfactor='70') DEFERRABLE INITIALLY DEFERRED;",
        ),
        key('ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT g UNIQUE (upper);', { name: 'orders g' }),
        key('ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT e EXCLUDE USING gist (id WITH =);'),
        key('ALTER TABLE ONLY public.others\n    ADD CONSTRAINT o UNIQUE (id);'),
        key('ALTER TABLE ONLY shop.orders\n    ADD CONSTRAINT o UNIQUE (id);', { schema: 'shop' }),
        {
          ...key('ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES public.orders(id);'),
          type: 'FK CONSTRAINT',
        },
      ],
    );
    const { keys, tables, leftOut } = plan(backup, ['orders']);
    expect(keys.map(({ sql }) => sql)).toEqual([
      'alter table "side"."orders" add PRIMARY KEY (id)',
      `alter table "side"."orders" add UNIQUE NULLS NOT DISTINCT (note) INCLUDE (id) WITH (fillfactor='70') DEFERRABLE INITIALLY DEFERRED`,
      'analyze "side"."orders"',
    ]);
    expect(tables[0]?.key).toEqual(['id']);
    expect(leftOut).toEqual([{ object: 'constraint g of table public.orders', reason: 'it is on a generated column' }]);
  });

  it.each([
    ['PRIMARY KEY (upper)', 'its primary key has a generated column, which a backup does not hold'],
    ['PRIMARY KEY (id, note WITHOUT OVERLAPS)', 'its primary key is one of ranges that do not overlap'],
  ])('does not compare by %s', (sql, reason) => {
    const backup = makeBackup([orders], [key(`ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT k ${sql};`)]);
    expect(plan(backup, ['orders']).tables[0]).toMatchObject({ key: null, noKey: reason });
  });

  it('refuses a table whose definition does not have the columns of its rows', () => {
    const backup = makeBackup([{ ...orders, columns: ['id', 'other'] }]);
    expect(() => plan(backup, ['orders'])).toThrow(
      expect.objectContaining({ code: 'table_not_recoverable', message: expect.stringContaining('public.orders') }),
    );
  });

  it('gives tables of one name their schemas, and refuses where there is no room', () => {
    const long = 'x'.repeat(63);
    const twin = (schema: string, name = 'orders') => ({
      ...{ schema, name, columns: ['id'], definition: `CREATE TABLE ${schema}.${name} (\n    id integer\n);` },
    });
    const backup = makeBackup([twin('a'), twin('b'), twin('a', long), twin('b', long)]);
    expect(plan(backup, ['orders']).tables.map(({ side }) => side)).toEqual(['a.orders', 'b.orders']);
    expect(plan(backup, ['a.*']).tables.map(({ side }) => side)).toEqual(['orders', long]);
    expect(() => plan(backup, [long])).toThrow(expect.objectContaining({ code: 'same_names', exitCode: 2 }));
  });
});

describe('a partitioned table', () => {
  const attach = (parent: string, partition: string) => ({
    ...{ type: 'TABLE ATTACH', name: partition },
    definition: `ALTER TABLE ONLY public.${parent} ATTACH PARTITION public.${partition} FOR VALUES FROM (1) TO (2);`,
  });
  const partition = (name: string, columns: string[], tail = '') => ({
    name,
    definition: `CREATE TABLE public.${name} (\n${columns.map((column) => `    ${column} integer`).join(',\n')}\n)${tail};`,
  });
  const root = partition('events', ['id', 'at'], '\nPARTITION BY RANGE (at)');
  const backup = makeBackup(
    [
      root,
      partition('mid', ['id', 'at'], '\nPARTITION BY RANGE (at)'),
      { ...partition('one', ['id', 'at']), columns: ['id', 'at'] },
      { ...partition('two', ['at', 'id']), columns: ['at', 'id'] },
      { ...partition('alone', ['id', 'at']), columns: ['id', 'at'] },
    ],
    [attach('events', 'one'), attach('events', 'mid'), attach('mid', 'two')],
  );

  it('takes all its partitions into one table, and none of them once more', () => {
    const { tables, leftOut } = plan(backup, ['*']);
    expect(tables.map(({ name }) => name)).toEqual(['events', 'alone']);
    expect(tables[0]?.sources).toEqual([
      { table: 0, reordered: false },
      { table: 1, reordered: true },
    ]);
    expect(tables[0]?.rows).toBe('4');
    expect(leftOut).toEqual([]);
    expect(plan(backup, ['mid']).tables[0]?.sources).toEqual([{ table: 1, reordered: true }]);
    expect(plan(backup, ['two']).tables[0]).toMatchObject({ name: 'two', sources: [{ table: 1, reordered: false }] });
  });

  it('is loaded source by source and proven as one', () => {
    const planned = plan(backup, ['events']);
    const load = manifestToLoad(backup.manifest, planned).tables;
    expect(load.map(({ schema, name, columns }) => [schema, name, ...columns])).toEqual([
      ['side', 'events', 'id', 'at'],
      ['side', 'events', 'at', 'id'],
    ]);
    const [proven] = manifestToProve(backup.manifest, planned, ['00000000000000ff']).tables;
    expect(proven).toMatchObject({ kind: 'table', columns: ['id', 'at'], rows: '4', digest: '0000000000000100' });
  });

  it('knows partitions that older pg_dumps attach in their definition', () => {
    const old = makeBackup([
      root,
      {
        ...partition('one', ['id', 'at'], ';\nALTER TABLE ONLY public.events ATTACH PARTITION public.one DEFAULT'),
        columns: ['id', 'at'],
      },
    ]);
    expect(plan(old, ['events']).tables[0]?.sources).toEqual([{ table: 0, reordered: false }]);
  });

  it('that the backup holds as one is not taken apart', () => {
    const moving = makeBackup(
      [{ ...root, columns: ['id', 'at'], kind: 'partitioned' }, partition('one', ['id', 'at'])],
      [attach('events', 'one')],
    );
    expect(plan(moving, ['events']).tables[0]?.sources).toEqual([{ table: 0, reordered: false }]);
    expect(() => plan(moving, ['one'])).toThrow(
      expect.objectContaining({
        ...{ name: 'RefusedError', exitCode: 3 },
        message:
          'table public.one cannot be recovered by itself: the backup holds its rows together with those of public.events: recover that one.',
      }),
    );
  });

  it('says so where a partition is a foreign table', () => {
    const foreign = {
      ...backup,
      entries: [
        ...backup.entries,
        ...makeBackup([], [{ type: 'FOREIGN TABLE', name: 'far' }, attach('mid', 'far')]).entries,
      ],
    };
    expect(plan(foreign, ['events']).leftOut).toEqual([
      {
        object: 'partition public.far of public.events',
        reason: 'it is a foreign table: its rows live in another server',
      },
    ]);
  });
});

describe('a pattern that matches no table', () => {
  const backup = makeBackup(
    [orders, { name: 'setting', definition: 'CREATE TABLE public.setting (\n    id integer\n);' }],
    [{ type: 'VIEW', name: 'open_orders' }],
  );

  it.each([
    ['oders', 'no_such_table', /Did you mean public\.orders\?/],
    ['zzzzzzzzzzzzzzzz', 'no_such_table', /holdfast show BACKUP/],
    ['open_orders', 'no_such_table', /name the tables that it reads/],
  ])('%s is told with what there is', (pattern, code, hint) => {
    expect(() => plan(backup, ['orders', pattern])).toThrow(
      expect.objectContaining({ name: 'UsageError', code, hint: expect.stringMatching(hint) }),
    );
  });

  it('or only one without rows is refused; beside others it is left out', () => {
    expect(() => plan(backup, ['setting'])).toThrow(
      expect.objectContaining({ code: 'table_not_recoverable', message: expect.stringContaining('holds no rows') }),
    );
    const { tables, leftOut } = plan(backup, ['public.*']);
    expect(tables.map(({ name }) => name)).toEqual(['orders']);
    expect(leftOut).toEqual([{ object: 'table public.setting', reason: 'the backup holds no rows of it' }]);
  });
});

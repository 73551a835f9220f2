import { describe, expect, it } from 'vitest';
import { findColumns } from '#lib/recovery/definition/find-columns.ts';
import { parseCompositeType, parseTableDefinition } from '#lib/recovery/definition/table-definition.ts';
import { makeEntry } from '#tests/unit/schema/write-archive.ts';

const column = (name: string, type: string, collation: string | null = null) => ({ name, type, collation });

describe('parseTableDefinition', () => {
  it('takes name, type and collation of every column, whatever else stands there and in which order', () => {
    const definition = `CREATE UNLOGGED TABLE zoo."quo""ted, (" (
    id bigint DEFAULT nextval('zoo.seq, "x" NOT NULL'::regclass) NOT NULL,
    "a b, c" character varying(20) DEFAULT 'it''s, (x) COLLATE "C"'::character varying,
    price numeric(12,4),
    at timestamp(3) without time zone DEFAULT (now() AT TIME ZONE 'UTC'::text) NOT NULL,
    span interval year to month,
    "COLLATE" text COLLATE zoo."Odd, name" NOT NULL,
    late text DEFAULT ('a'::text COLLATE "C") NOT NULL COLLATE pg_catalog."POSIX",
    kinds zoo.generated[],
    kind zoo."NOT" DEFAULT NULL::zoo."NOT",
    c "char",
    twice bigint GENERATED ALWAYS AS ((id * 2)) STORED,
    "new
line" integer,
    CONSTRAINT "check, it" CHECK (((price > (0)::numeric) AND ("a b, c" <> 'x,y'::text))),
    CONSTRAINT named_not_null NOT NULL id,
    NOT NULL kinds
)
WITH (fillfactor='70');
ALTER TABLE ONLY zoo.x ALTER COLUMN id SET STATISTICS 500;`;
    expect(parseTableDefinition(definition)).toEqual({
      columns: [
        column('id', 'bigint'),
        column('a b, c', 'character varying(20)'),
        column('price', 'numeric(12,4)'),
        column('at', 'timestamp(3) without time zone'),
        column('span', 'interval year to month'),
        column('COLLATE', 'text', 'zoo."Odd, name"'),
        column('late', 'text', 'pg_catalog."POSIX"'),
        column('kinds', 'zoo.generated[]'),
        column('kind', 'zoo."NOT"'),
        column('c', '"char"'),
        column('twice', 'bigint'),
        column('new\nline', 'integer'),
      ],
      of: null,
      inherits: [],
    });
  });

  it('takes backslashes as they are, and as escapes where the string says so', () => {
    const definition = `CREATE TABLE public.t (\n    a text DEFAULT '\\'::text,\n    b text DEFAULT E'\\', c int'::text,\n    d integer\n);`;
    expect(parseTableDefinition(definition)?.columns.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
  });

  it('knows tables without columns, typed ones, and those that inherit', () => {
    expect(parseTableDefinition('CREATE TABLE zoo.none (\n);')).toEqual({ columns: [], of: null, inherits: [] });
    expect(parseTableDefinition(`CREATE TABLE zoo.typed OF zoo."Row" (\n    id NOT NULL\n);`)).toEqual({
      ...{ columns: [], of: { schema: 'zoo', name: 'Row' }, inherits: [] },
    });
    expect(parseTableDefinition('CREATE TABLE zoo.typed OF zoo.row;')?.of).toEqual({ schema: 'zoo', name: 'row' });
    expect(parseTableDefinition('CREATE TABLE zoo.c (\n    x integer\n)\nINHERITS (zoo.a, "B".b);')?.inherits).toEqual([
      { schema: 'zoo', name: 'a' },
      { schema: 'B', name: 'b' },
    ]);
  });

  it.each([
    'CREATE FOREIGN TABLE zoo.f (\n    id integer\n)\nSERVER nowhere;',
    'CREATE TABLE zoo.t (\n    id integer',
    'CREATE TABLE t (id integer);',
    'CREATE TABLE zoo.t (\n    id\n);',
    'CREATE TABLE zoo.t (\n    id integer\n)\nINHERITS (a);',
    'CREATE VIEW zoo.v AS SELECT 1;',
    '',
  ])('takes nothing from %j', (definition) => {
    expect(parseTableDefinition(definition)).toBeUndefined();
  });
});

describe('parseCompositeType', () => {
  it('takes the attributes, and nothing of other types', () => {
    expect(
      parseCompositeType(
        'CREATE TYPE zoo.address AS (\n\tstreet text COLLATE pg_catalog."C",\n\t"Post Code" character varying(10)\n);',
      ),
    ).toEqual([column('street', 'text', 'pg_catalog."C"'), column('Post Code', 'character varying(10)')]);
    expect(parseCompositeType(`CREATE TYPE zoo.mood AS ENUM (\n    'sad'\n);`)).toBeUndefined();
    expect(parseCompositeType('CREATE TYPE zoo.shell;')).toBeUndefined();
  });
});

describe('findColumns', () => {
  const table = (id: number, name: string, definition: string) =>
    makeEntry({ id, type: 'TABLE', schema: 's', name, definition });

  it('takes parents first, and a column of several once', () => {
    const entries = [
      table(1, 'a', 'CREATE TABLE s.a (\n    id integer,\n    note text\n);'),
      table(2, 'b', 'CREATE TABLE s.b (\n    id integer,\n    colour text\n);'),
      table(3, 'c', 'CREATE TABLE s.c (\n    note text,\n    more integer\n)\nINHERITS (s.a, s.b);'),
      table(4, 'd', 'CREATE TABLE s.d (\n)\nINHERITS (s.c);'),
    ];
    const names = ['id', 'note', 'colour', 'more'];
    expect(findColumns(entries, { schema: 's', name: 'd' }).columns?.map(({ name }) => name)).toEqual(names);
  });

  it('says why where it cannot tell', () => {
    const entries = [table(1, 't', 'CREATE TABLE s.t OF ext.row;'), table(2, 'u', 'something else')];
    const reason = (name: string): string | null => findColumns(entries, { schema: 's', name }).reason;
    expect(reason('t')).toBe('it is made of the type ext.row, whose definition the backup does not hold');
    expect(reason('u')).toMatch(/taken apart/);
    expect(reason('v')).toBe('the backup does not hold its definition');
  });
});

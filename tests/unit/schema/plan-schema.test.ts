import { describe, expect, it } from 'vitest';
import { wholeSchema } from '#lib/schema/choose-entries.ts';
import { planSchema } from '#lib/schema/plan-schema.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { makeEntry } from './write-archive.ts';

const none = { owners: false, tablespaces: false } as const;
const table = (id: number, name: string, more: Partial<SchemaEntry> = {}) =>
  makeEntry({ id, type: 'TABLE', name, definition: `CREATE TABLE ${name} ();`, drop: `DROP TABLE ${name};`, ...more });
const post = (id: number, type: string, dependsOn: number[], more: Partial<SchemaEntry> = {}) =>
  makeEntry({
    id,
    type,
    name: `${type} ${id}`,
    section: 'post-data',
    definition: `-- x\nDO ${id};`,
    dependsOn,
    ...more,
  });
const comment = (id: number, name: string, dependsOn: number[]) =>
  makeEntry({ id, type: 'COMMENT', name, section: 'none', definition: `COMMENT ON ${name};`, dependsOn });

/** The ids of each wave's groups. */
const waves = (entries: readonly SchemaEntry[]) =>
  planSchema(entries, { ...wholeSchema, ...none }).postData.map((wave) =>
    wave.map((group) => group.map(({ item }) => Number(item.replace('schema:', '')))),
  );

describe('planSchema before the rows', () => {
  it('gives owners as pg_restore does, by name or by drop statement', () => {
    const entries = [
      table(1, 't "1"', { schema: 'My s' }),
      makeEntry({
        id: 2,
        type: 'SCHEMA',
        name: 'S',
        schema: null,
        definition: 'CREATE SCHEMA "S";',
        drop: 'DROP SCHEMA "S";',
      }),
      makeEntry({
        ...{ id: 3, type: 'FUNCTION', name: 'f(a integer)', definition: 'CREATE FUNCTION f;' },
        drop: 'DROP FUNCTION public.f(a integer);\n',
      }),
      makeEntry({ id: 4, type: 'CAST', name: 'c', definition: 'CREATE CAST;', drop: 'DROP CAST;' }),
      table(5, 'p', { type: 'TABLE ATTACH', drop: '' }),
    ];
    expect(planSchema(entries, wholeSchema).preData.map(({ sql }) => sql)).toEqual([
      'CREATE TABLE t "1" ();\nALTER TABLE "My s"."t ""1""" OWNER TO "owner";',
      'CREATE SCHEMA "S";\nALTER SCHEMA "S" OWNER TO "owner";',
      'CREATE FUNCTION f;\nALTER FUNCTION public.f(a integer) OWNER TO "owner";',
      'CREATE CAST;',
      'CREATE TABLE p ();',
    ]);
    expect(planSchema(entries, { ...wholeSchema, owners: false }).preData[0]?.sql).toBe('CREATE TABLE t "1" ();');
  });

  it('does not create the schema public but gives it its owner', () => {
    const definition = '-- *not* creating schema, since initdb creates it\n';
    const entries = [
      makeEntry({ id: 1, type: 'SCHEMA', name: 'public', schema: null, definition, drop: 'DROP SCHEMA public;' }),
    ];
    expect(planSchema(entries, wholeSchema).preData).toEqual([
      { item: 'schema:1', object: 'schema public', sql: 'ALTER SCHEMA "public" OWNER TO "owner";' },
    ]);
    expect(planSchema(entries, { ...wholeSchema, owners: false }).preData).toEqual([]);
  });

  it('sets tablespace and access method around a definition and takes them back', () => {
    const entries = [
      table(1, 'a', { tablespace: 'fast disk', accessMethod: 'columnar' }),
      table(2, 'b', { tablespace: '', accessMethod: 'heap' }),
      table(3, 'c', { relkind: 'p', accessMethod: 'columnar' }),
    ];
    expect(planSchema(entries, { ...wholeSchema, owners: false }).preData.map(({ sql }) => sql.split('\n'))).toEqual([
      [
        ...['SET default_tablespace = "fast disk";', 'SET default_table_access_method = "columnar";'],
        ...['CREATE TABLE a ();', "SET default_tablespace = '';", 'SET default_table_access_method = heap;'],
      ],
      ['CREATE TABLE b ();'],
      ['CREATE TABLE c ();', 'ALTER TABLE "public"."c" SET ACCESS METHOD "columnar";'],
    ]);
    expect(planSchema(entries, { ...wholeSchema, tablespaces: false }).preData[0]?.sql).not.toContain('tablespace');
  });

  it('leaves out what is not wanted, with what hangs on it, and says so', () => {
    const entries = [
      makeEntry({ id: 1, type: 'ENCODING', name: 'ENCODING', definition: 'SET client_encoding;', schema: null }),
      makeEntry({ id: 2, type: 'DATABASE', name: 'd', definition: 'CREATE DATABASE d;', schema: null }),
      comment(3, 'DATABASE d', [2]),
      makeEntry({ id: 4, type: 'EXTENSION', name: 'citext', schema: null, definition: 'CREATE EXTENSION citext;' }),
      comment(5, 'EXTENSION citext', [4]),
      table(6, 't'),
      comment(7, 'TABLE t', [6]),
      makeEntry({ id: 8, type: 'ACL', name: 'TABLE t', section: 'none', definition: 'GRANT x;', dependsOn: [6] }),
      post(9, 'PUBLICATION', []),
      post(10, 'PUBLICATION TABLE', [9, 6]),
      comment(11, 'PUBLICATION p', [9]),
      post(12, 'EVENT TRIGGER', [], { schema: null }),
      comment(13, 'EVENT TRIGGER e', [12]),
    ];
    const all = planSchema(entries, wholeSchema);
    expect(all.preData.map(({ object }) => object)).toEqual([
      ...['extension citext', 'comment on EXTENSION citext (public)', 'table public.t', 'comment on TABLE t (public)'],
    ]);
    expect(all.leftOut).toEqual([
      { object: 'comment on DATABASE d (public)', reason: 'belongs to the database, not to its content' },
    ]);
    const some = planSchema(entries, {
      ...wholeSchema,
      ...{ publications: false, eventTriggers: false, extensionComments: false, privileges: false },
    });
    expect(some.leftOut.slice(1).map(({ object, reason }) => `${object}: ${reason}`)).toEqual([
      'comment on EXTENSION citext (public): comments on extensions are not wanted',
      'privileges on TABLE t (public): privileges are not wanted',
      'publication public.PUBLICATION 9: publications are not wanted',
      'publication table public.PUBLICATION TABLE 10: publications are not wanted',
      'comment on PUBLICATION p (public): publications are not wanted',
      'event trigger EVENT TRIGGER 12: event triggers are not wanted',
      'comment on EVENT TRIGGER e (public): event triggers are not wanted',
    ]);
    expect(some.postData).toEqual([]);
    expect(some.last).toEqual([]);
  });
});

describe('planSchema after the rows', () => {
  it('builds constraints by table, then indexes side by side, but those that alter their table in turn', () => {
    const alters = { definition: 'CREATE INDEX i;\n\nALTER TABLE ONLY b CLUSTER ON i;' };
    const entries = [
      ...[table(1, 'a'), table(2, 'b')],
      ...[post(10, 'CONSTRAINT', [1]), post(11, 'CONSTRAINT', [2]), post(12, 'CONSTRAINT', [1])],
      ...[post(20, 'INDEX', [1]), post(21, 'INDEX', [2]), post(22, 'INDEX', [1])],
      ...[post(23, 'INDEX', [2], alters), post(24, 'INDEX', [2], alters)],
    ];
    expect(waves(entries)).toEqual([
      [[10, 12], [11]],
      [[20], [21], [22], [23, 24]],
    ]);
  });

  it('attaches the indexes of partitions after all of them are built', () => {
    const entries = [
      table(1, 'parent', { relkind: 'p' }),
      table(2, 'old parent', { definition: 'CREATE TABLE x (\n  a int\n)\nPARTITION BY HASH (a);' }),
      ...[table(3, 'child'), post(10, 'CONSTRAINT', [1]), post(11, 'CONSTRAINT', [3]), post(12, 'INDEX', [2])],
      ...[post(13, 'INDEX ATTACH', [10, 11]), post(14, 'INDEX', [3])],
    ];
    expect(waves(entries)).toEqual([[[11]], [[14]], [[10, 12, 13]]]);
  });

  it('adds foreign keys side by side only where they share no table, partitions counting as their root', () => {
    const entries = [
      ...[1, 2, 3, 4, 5].map((id) => table(id, `t${id}`)),
      makeEntry({ id: 6, type: 'TABLE ATTACH', name: 't5', dependsOn: [4, 5] }),
      ...[post(10, 'CONSTRAINT', [1]), post(20, 'FK CONSTRAINT', [2, 10]), post(21, 'FK CONSTRAINT', [1, 2])],
      ...[post(22, 'FK CONSTRAINT', [3]), post(23, 'FK CONSTRAINT', [4]), post(24, 'FK CONSTRAINT', [5])],
    ];
    expect(waves(entries)).toEqual([[[10]], [[20], [22], [23]], [[21], [24]]]);
  });

  it('ends with the rest, then privileges of both sections, and keeps event triggers for the very end', () => {
    const acl = (id: number, dependsOn: number[]) =>
      makeEntry({ id, type: 'ACL', name: 'x', section: 'none', definition: 'GRANT x;', dependsOn });
    const entries = [
      ...[table(1, 'a'), acl(2, [1]), post(10, 'INDEX', [1]), comment(11, 'INDEX i', [10])],
      ...[post(12, 'EVENT TRIGGER', []), comment(13, 'EVENT TRIGGER e', [12]), post(14, 'DEFAULT ACL', [])],
      ...[post(15, 'TRIGGER', [1]), post(16, 'POLICY', [1]), post(17, 'VIEW', [1]), acl(18, [17])],
    ];
    expect(waves(entries)).toEqual([[[10]], [[11, 15, 16, 17, 2, 14, 18]]]);
    expect(planSchema(entries, wholeSchema).last.map(({ item }) => item)).toEqual(['schema:12', 'schema:13']);
  });

  it('builds an index on a view that had to wait for a primary key after that view', () => {
    const entries = [
      ...[table(1, 'a'), post(10, 'CONSTRAINT', [1]), post(11, 'MATERIALIZED VIEW', [10])],
      ...[post(12, 'INDEX', [11]), post(13, 'INDEX', [1])],
    ];
    expect(waves(entries)).toEqual([[[10]], [[13]], [[11, 12]]]);
  });

  it('gives every statement an item of its own', () => {
    const entries = [table(1, 'a'), table(2, 'b'), post(3, 'INDEX', [1]), post(4, 'TRIGGER', [1])];
    const { preData, postData } = planSchema(entries, wholeSchema);
    const items = [...preData, ...postData.flat(2)].map(({ item }) => item);
    expect(items).toEqual(['schema:1', 'schema:2', 'schema:3', 'schema:4']);
  });
});

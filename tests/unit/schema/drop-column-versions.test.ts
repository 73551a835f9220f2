import { expect, it } from 'vitest';
import { dropColumnVersions } from '#lib/schema/drop-column-versions.ts';

it('Takes the server’s own mark out of the options of columns, and leaves what a person has set', () => {
  const table = 'CREATE TABLE zoo.t (\n    a integer\n);\n';
  const one = 'ALTER TABLE ONLY zoo."odd; name" ALTER COLUMN "a b" SET (pg_attver=28700632);\n';
  const two = 'ALTER TABLE ONLY zoo.t ALTER COLUMN b SET (n_distinct=5, pg_attver=7);\n';
  const line = 'ALTER TABLE ONLY zoo."new\nline" ALTER COLUMN "x ""y""" SET (pg_attver=1);\n';
  const other = 'ALTER TABLE ONLY zoo.t ALTER COLUMN c SET (n_distinct=-0.5);\n';
  expect(dropColumnVersions(`${table}${one}${line}${two}${other}`)).toBe(
    `${table}ALTER TABLE ONLY zoo.t ALTER COLUMN b SET (n_distinct=5);\n${other}`,
  );
});

import { describe, expect, it } from 'vitest';
import {
  type DatabaseRow,
  databaseRowSchema,
  planCreateDatabase,
} from '#lib/cutover/database-swap/plan-create-database.ts';

/** What every version's row has, and columns that are of no interest. */
const row = {
  ...{ owner: 'app', encoding_name: 'UTF8', datcollate: 'C.UTF-8', datctype: 'C.UTF-8', tablespace: null },
  ...{ oid: 16384, datname: 'shop', datistemplate: false, datcollversion: null },
};
const rowOf = (some: Record<string, unknown>): DatabaseRow => databaseRowSchema.parse({ ...row, ...some });
const common = `create database "st""aging" owner "app" template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`;

describe('planCreateDatabase', () => {
  it.each([
    ['13, which knows no providers', {}, ''],
    ['15 with libc', { datlocprovider: 'c', daticulocale: null }, ' locale_provider libc'],
    [
      '16 with ICU and rules',
      { datlocprovider: 'i', daticulocale: 'de-DE', daticurules: "&a < 'g'" },
      ` locale_provider icu icu_locale 'de-DE' icu_rules '&a < ''g'''`,
    ],
    [
      '17 with its own provider',
      { datlocprovider: 'b', datlocale: 'C.UTF-8', daticurules: null },
      ` locale_provider builtin builtin_locale 'C.UTF-8'`,
    ],
    ['18 with libc', { datlocprovider: 'c', datlocale: null, daticurules: null }, ' locale_provider libc'],
    ['a tablespace that is not the default', { tablespace: 'fa"st' }, ' tablespace "fa""st"'],
  ])('makes the like of a database of PostgreSQL %s', (_version, some, options) => {
    expect(planCreateDatabase('st"aging', rowOf(some))).toBe(`${common}${options}`);
  });
});

import { describe, expect, it } from 'vitest';
import { findNearestNames } from '#lib/recovery/choice/nearest-names.ts';
import { matchTables, parseTablePattern } from '#lib/recovery/choice/table-pattern.ts';

const tables = [
  ['public', 'orders'],
  ['public', 'orders_2024'],
  ['shop', 'orders'],
  ['shop', 'Odd Name'],
  ['shop', 'capitals'],
  ['shop', 'Capitals'],
  ['shop', 'SHOUTED'],
  ['shop', 'dot.ted'],
  ['shop', 'st*r'],
  ['shop', 'quo"ted'],
  ['shop', 'new\nline'],
  ['Shop.2', 'über'],
].map(([schema = '', name = '']) => ({ schema, name }));

function match(text: string): string[] {
  return matchTables(parseTablePattern(text), tables).map(({ schema, name }) => `${schema}/${name}`);
}

describe('a table pattern', () => {
  it.each([
    ['orders', ['public/orders', 'shop/orders']],
    ['public.orders', ['public/orders']],
    ['public.orders*', ['public/orders', 'public/orders_2024']],
    ['*.orders', ['public/orders', 'shop/orders']],
    ['s?op.orders', ['shop/orders']],
    ['"Odd Name"', ['shop/Odd Name']],
    ['Odd Name', ['shop/Odd Name']],
    ['shop."Odd"*', ['shop/Odd Name']],
    ['"st*r"', ['shop/st*r']],
    ['st*r', ['shop/st*r']],
    ['shop."dot.ted"', ['shop/dot.ted']],
    ['"quo""ted"', ['shop/quo"ted']],
    ['"Shop.2".*', ['Shop.2/über']],
    ['new?line', ['shop/new\nline']],
    ['Capitals', ['shop/Capitals']],
    ['capitals', ['shop/capitals']],
    ['PUBLIC.Orders', ['public/orders']],
    ['"Orders"', []],
    ['shouted', []],
    ['(orders)', []],
  ])('%s matches %j', (text, names) => {
    expect(match(text)).toEqual(names);
  });

  it('without a wildcard or a schema matches all tables of the name', () => {
    expect(match('*')).toHaveLength(tables.length);
  });

  it.each(['', '"', '"orders', 'a.b.c', '.orders', 'public.', '""', 'a"b'])('%j is none', (text) => {
    expect(() => parseTablePattern(text)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'bad_pattern', exitCode: 2 }),
    );
  });
});

describe('findNearestNames', () => {
  it('finds a misspelt name, with or without its schema, and nothing far away', () => {
    const names = ['public.orders', 'shop.customers', 'shop."Odd Name"', 'shop.a'];
    expect(findNearestNames('oders', names)).toEqual(['public.orders']);
    expect(findNearestNames('shop.custommers', names)[0]).toBe('shop.customers');
    expect(findNearestNames('odd_name', names)[0]).toBe('shop."Odd Name"');
    expect(findNearestNames('entirely_different', names)).toEqual([]);
  });
});

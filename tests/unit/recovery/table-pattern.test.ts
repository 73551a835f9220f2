import { describe, expect, it } from 'vitest';
import { findNearestNames } from '#lib/recovery/choice/nearest-names.ts';
import { matchTables, parseTablePattern, parseTablePatterns } from '#lib/recovery/choice/table-pattern.ts';

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

  it.each([
    ['*a*b*c*', 'xxaxxbxxc', true],
    ['*a*b*c', 'abcabc', true],
    ['a*b?c', 'abbbxc', true],
    ['a*b?c', 'abc', false],
    ['*aab', 'aaab', true],
    ['?*?', 'a', false],
    ['?', '🐘', true],
    ['*🐘?', '🐘🐘🐘', true],
    ['?🐘*?', 'x🐘', false],
    ['*?b*?', 'abbc', true],
    ['ab*ba', 'aba', false],
    ['a*?a', 'aa', false],
    ['*a?*a', 'aaxa', true],
    ['*', '', true],
    ['**', 'a', true],
    ['a.b*', 'b', false],
  ])('%s against %s: %s', (text, name, isMatch) => {
    const [schema, table] = text.includes('.') ? ['x', name] : ['public', name];
    const found = matchTables(parseTablePattern(text), [{ schema, name: table }]);
    expect(found).toHaveLength(isMatch ? 1 : 0);
  });

  it('of hundreds of wildcards is answered like any other', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ schema: 'public', name: `${'a'.repeat(50)}_${n}` }));
    for (const none of [`${'*'.repeat(300)}!`, `${'*a'.repeat(150)}!`, `${'*?'.repeat(60)}`])
      expect(matchTables(parseTablePattern(none), many)).toEqual([]);
    expect(matchTables(parseTablePattern('*'.repeat(300)), many)).toHaveLength(10_000);
    expect(matchTables(parseTablePattern(`${'*a'.repeat(50)}*_9`), many)).toEqual([many[9]]);
  });

  it.each(['', '"', '"orders', 'a.b.c', '.orders', 'public.', '""', 'a"b'])('%j is none', (text) => {
    expect(() => parseTablePattern(text)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'bad_pattern', exitCode: 2 }),
    );
  });
});

describe('the patterns of a request', () => {
  it('are as many as fit, each as long as a name can be', () => {
    const longest = `"${'""'.repeat(63)}"."${'""'.repeat(63)}"`;
    expect(parseTablePatterns(Array.from({ length: 1_000 }, () => longest))).toHaveLength(1_000);
  });

  it.each([
    ['too many', Array.from({ length: 1_001 }, () => 'a')],
    ['too long', ['a', '*'.repeat(301)]],
  ])('that are %s are refused', (_, texts) => {
    expect(() => parseTablePatterns(texts)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'bad_pattern' }),
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

  it('finds none for what is longer than a name can be', () => {
    const name = `${'s'.repeat(63)}.${'t'.repeat(63)}`;
    expect(findNearestNames(`${name}t`, [name])).toEqual([name]);
    expect(findNearestNames(name.padEnd(132, 't'), [name])).toEqual([]);
  });
});

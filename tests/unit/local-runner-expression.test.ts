import { describe, expect, it } from 'vitest';
import { compileExpression } from '#inngest/local/expression.ts';

const scope = {
  event: { data: { id: 7, name: 'a', plan: 'pro', on: true, nested: { key: 'x' } } },
  async: { data: { id: 7, name: 'b', on: true } },
};
const value = (source: string): unknown => compileExpression(source)(scope);

describe('compileExpression', () => {
  it.each<[string, unknown]>([
    ['event.data.id == async.data.id', true],
    ['event.data.name == async.data.name', false],
    ['event.data.name != async.data.name', true],
    ['event.data.id == async.data.id && async.data.name == "b"', true],
    ["event.data.id == 8 || event.data.name == 'a'", true],
    ['event.data.on == true', true],
    ['event.data.on', true],
    ['!event.data.on', false],
    ['event.data.missing == null', true],
    ['event.data.missing.deeper == null', true],
    ['event.data.nested.key', 'x'],
    ['event.data.name + "-" + event.data.id', 'a-7'],
    ['event.data.id + 1', 8],
    ['event.data.id - 1 >= 6', true],
    ['event.data.id > async.data.name', false],
    ["event.data.plan == 'pro' ? 120 : 0", 120],
    ["event.data.plan == 'free' ? 120 : -60", -60],
    ['event.data.id == 1 && event.data.id == 2 || event.data.id == 7', true],
    ['event.data.id == 7 || event.data.id == 1 && event.data.id == 2', true],
    ['(event.data.id == 7 || event.data.id == 1) && event.data.id == 2', false],
    ["'it\\'s'", "it's"],
    ['event.data.name.length', null],
    ['event.data.constructor', null],
  ])('gives for %s what CEL gives', (source, expected) => {
    expect(value(source)).toBe(expected);
  });

  it.each([
    ['size(event.data.list) > 1', 'size()'],
    ['event.data.name.contains("a")', 'contains'],
    ['event.data.list[0] == 1', '[0]'],
    ['event.data.id in [1, 2]', 'in'],
    ['user.id == 1', 'user.id'],
    ['event.data.id ==', 'unexpected the end'],
    ['(event.data.id == 1', 'expected )'],
    ['event.data.id == 1 event', 'unexpected event'],
    ['', 'unexpected the end'],
  ])('refuses %j and names %s', (source, named) => {
    expect(() => compileExpression(source)).toThrow(named);
  });
});

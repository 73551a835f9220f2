import { describe, expect, it } from 'vitest';
import { judgeAnswer } from '#lib/queries/judge-answer.ts';

const query = (rows: (string | null)[][], expected?: unknown) => ({
  ...{ name: 'q', sql: 'select 1', derived: false, rows },
  ...(expected === undefined ? {} : { expect: expected }),
});

describe('judgeAnswer', () => {
  it('holds the copy against the answer of the snapshot', () => {
    expect(judgeAnswer(query([['1', null]]), [['1', null]]).passed).toBe(true);
    expect(judgeAnswer(query([['1', null]]), [['1', '']]).passed).toBe(false);
    expect(judgeAnswer(query([['1'], ['2']]), [['2'], ['1']]).passed).toBe(false);
  });

  it('holds the copy against fixed rows, a scalar, a range', () => {
    expect(judgeAnswer(query([['9']], { rows: [['1']] }), [['1']]).passed).toBe(true);
    expect(judgeAnswer(query([['9']], { scalar: 5 }), [['5.0']]).passed).toBe(true);
    expect(judgeAnswer(query([['9']], { scalar: '5' }), [['5.0']]).passed).toBe(false);
    expect(judgeAnswer(query([['9']], { min: 3, max: 5 }), [['4']]).passed).toBe(true);
    expect(judgeAnswer(query([['9']], { min: 3 }), [['2']])).toMatchObject({
      passed: false,
      expected: '3 to ∞',
      actual: '2',
    });
  });

  it('fails a range where the answer is no number, or nothing at all', () => {
    expect(judgeAnswer(query([], { min: 0 }), [[null]]).passed).toBe(false);
    expect(judgeAnswer(query([], { min: 0 }), []).passed).toBe(false);
    expect(judgeAnswer(query([]), undefined)).toMatchObject({ passed: false, actual: 'not asked' });
  });
});

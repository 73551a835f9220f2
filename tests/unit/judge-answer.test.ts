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

  it('tells what the source answered beside what was demanded', () => {
    expect(judgeAnswer(query([['9']], { min: 3, max: 5 }), [['4']])).toEqual({
      ...{ name: 'query', object: 'query "q"', expected: '3 to 5', source: '9', actual: '4', passed: true },
    });
    expect(judgeAnswer(query([['9']], { scalar: 9 }), undefined)).toMatchObject({ expected: '9', actual: 'not asked' });
    expect(judgeAnswer(query([['9']]), [['9']])).not.toHaveProperty('source');
  });

  it('keeps an answer of ten thousand characters whole, and cuts a longer one', () => {
    const long = 'x'.repeat(10_000);
    expect(judgeAnswer(query([[long]]), [[long]])).toMatchObject({ expected: long, actual: long });
    expect(judgeAnswer(query([[`${long}y`]]), [['']]).expected).toBe(`1 rows: ${long}…`);
  });

  it('fails a range where the answer is no number, or nothing at all', () => {
    expect(judgeAnswer(query([], { min: 0 }), [[null]]).passed).toBe(false);
    expect(judgeAnswer(query([], { min: 0 }), []).passed).toBe(false);
    expect(judgeAnswer(query([]), undefined)).toMatchObject({ passed: false, actual: 'not asked' });
  });
});

import { describe, expect, it } from 'vitest';
import { judgeWitness } from '#tests/kill/transfer/judge-witness.ts';

function witness(generations: number[], errors: [string, number][] = [], wrong: string[] = []) {
  const reigns = generations.map((generation, index) => ({ generation, from: index, to: index }));
  return { reigns, attempts: 1, errors: new Map(errors), longestGap: { ms: 0, from: 0 }, wrong };
}

const expected = { generations: [1, 2], interruptions: ['57P01', '3D000'], crashed: false };

describe('what a client has been through in a round', () => {
  it('is well where it was served the old, then the new, and told of an interruption only', () => {
    expect(judgeWitness(witness([1, 2], [['57P01', 2]]), expected)).toEqual([]);
  });

  it.each([
    ['the old again after the new', witness([1, 2, 1, 2])],
    ['never the new', witness([1])],
    ['another generation in between', witness([1, 3, 2])],
    ['nothing', witness([])],
    ['an error of another kind', witness([1, 2], [['42P01', 1]])],
    ['the errors of a crash where nothing has crashed', witness([1, 2], [['57P02', 1]])],
    ['a mixture', witness([1, 2], [], ['served: generations 1,2'])],
  ])('is wrong where it was served %s', (_what, seen) => {
    expect(judgeWitness(seen, expected)).toHaveLength(1);
  });

  it('may be the errors of a crash where the server was crashed', () => {
    const seen = witness(
      [1, 2],
      [
        ['57P03', 40],
        ['ECONNRESET', 1],
      ],
    );
    expect(judgeWitness(seen, { ...expected, crashed: true })).toEqual([]);
  });
});

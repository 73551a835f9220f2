import { describe, expect, it } from 'vitest';
import { planSwapNames } from '#lib/cutover/database-swap/plan-swap-names.ts';

const run = '20261121T014500Z-x7k2qd';

describe('planSwapNames', () => {
  it('puts what it is and the run behind the live name', () => {
    expect(planSwapNames('shop', run)).toEqual({
      staging: `shop__staging_${run}`,
      before: `shop__before_${run}`,
      rolledBack: `shop__rolled_back_${run}`,
    });
  });

  it.each([
    ['ascii', 'a'.repeat(63)],
    ['two bytes', 'é'.repeat(31)],
    ['three bytes', '数据库'.repeat(7)],
    ['four bytes', '🐘'.repeat(15)],
    ['mixed, so that a cut falls inside of a character', `a${'🐘'.repeat(15)}`],
  ])('fits into an identifier of the server, cut between characters: %s', (_what, live) => {
    const names = Object.values(planSwapNames(live, run));
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(Buffer.byteLength(name)).toBeGreaterThan(59);
      expect(name.isWellFormed()).toBe(true);
      expect(live.startsWith(name.slice(0, name.indexOf('__')))).toBe(true);
      expect(name.endsWith(`_${run}`)).toBe(true);
    }
    expect(new Set([live, ...names]).size).toBe(4);
  });
});

import { describe, expect, it } from 'vitest';
import { kinds, planRounds } from '#tests/kill/plan-rounds.ts';

describe('the rounds of a kill campaign', () => {
  it('are the same for the same seed and number, however many there are', () => {
    expect(planRounds({ rounds: 72, seed: 7 }).slice(0, 5)).toEqual(planRounds({ rounds: 5, seed: 7 }));
    expect(planRounds({ rounds: 5, seed: 7 })).not.toEqual(planRounds({ rounds: 5, seed: 8 }));
  });

  it('hold every kind within the first six, and strike in each of them', () => {
    const rounds = planRounds({ rounds: 6, seed: 1 });
    expect(new Set(rounds.map(({ kind }) => kind))).toEqual(new Set(kinds));
    for (const { backupBlows, restoreBlows } of planRounds({ rounds: 500, seed: 1 })) {
      expect(backupBlows.length + restoreBlows.length).toBeGreaterThan(0);
      for (const { at } of [...backupBlows, ...restoreBlows]) expect(at >= 0 && at < 1).toBe(true);
    }
  });

  it('strike only where the kind says', () => {
    for (const kind of ['source-backend', 'target-backend'] as const) {
      for (const { backupBlows, restoreBlows } of planRounds({ rounds: 50, seed: 3, kind })) {
        const elsewhere = kind === 'source-backend' ? restoreBlows : backupBlows;
        expect(elsewhere).toEqual([]);
      }
    }
  });
});

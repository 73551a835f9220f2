import { describe, expect, it } from 'vitest';
import { compareCounters } from '#lib/backup/source-writes.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { type KeptRun, planSweep } from '#lib/cutover/plan-sweep.ts';

const now = new Date('2026-11-21T12:00:00Z');
const times = { now, keepPreviousMs: 7 * 86_400_000, deadAfterMs: 86_400_000 };
const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

function kept(about: Partial<KeptRun>): KeptRun {
  return {
    ...{ run: 'run', lastSign: ago(200), endedAt: null, waitsUntil: null, cutover: undefined, keeps: ['cutover'] },
    ...about,
  };
}

function live(cutOverAt: Date): Cutover {
  return {
    ...{ run: 'run', target: 'neon', because: 'it is asked for', state: 'live', staging: null, notes: [] },
    details: { strategy: 'in-place', replace: false, safetyBackup: null },
    ...{ putAside: { database: 'aside', host: null }, interruptionMs: 1, cutOverLsn: null },
    cutOverAt: cutOverAt.toISOString(),
  };
}

describe('a sweep', () => {
  it('closes a run that gave no sign of life for long enough, unless it waits for a person', () => {
    expect(planSweep([kept({ lastSign: ago(25) })], times)).toMatchObject([{ run: 'run', action: 'close' }]);
    expect(planSweep([kept({ lastSign: ago(23) })], times)).toEqual([]);
    expect(planSweep([kept({ lastSign: ago(25), waitsUntil: ago(-1) })], times)).toEqual([]);
    expect(planSweep([kept({ lastSign: ago(25), waitsUntil: ago(1) })], times)).toMatchObject([{ action: 'close' }]);
  });

  it('discards what was put aside, counted from the cut-over, or from the end of a run that made none', () => {
    const ended = { endedAt: ago(24 * 8) };
    expect(planSweep([kept({ ...ended, cutover: live(ago(24 * 8)) })], times)).toMatchObject([{ action: 'discard' }]);
    expect(planSweep([kept({ ...ended, cutover: live(ago(24 * 6)) })], times)).toEqual([]);
    expect(planSweep([kept({ endedAt: ago(24 * 8) })], times)).toMatchObject([{ action: 'discard' }]);
    expect(planSweep([kept({ endedAt: ago(24 * 6) })], times)).toEqual([]);
  });

  it('releases what a drill that has ended still holds, at once', () => {
    expect(planSweep([kept({ endedAt: ago(0), keeps: ['drill'] })], times)).toMatchObject([
      { run: 'run', action: 'release', because: 'its drill has ended' },
    ]);
    expect(planSweep([kept({ lastSign: ago(1), keeps: ['drill'] })], times)).toEqual([]);
  });

  it('releases what a recovery that has ended still holds in a live database, at once', () => {
    expect(planSweep([kept({ endedAt: ago(0), keeps: ['side-schema'] })], times)).toMatchObject([
      { run: 'run', action: 'release', because: 'its recovery has ended' },
    ]);
    expect(planSweep([kept({ lastSign: ago(1), keeps: ['side-schema'] })], times)).toEqual([]);
  });

  it('leaves a fence alone: it may be around an old home', () => {
    expect(planSweep([kept({ endedAt: ago(24 * 30), keeps: ['fence'] })], times)).toEqual([]);
  });
});

describe('writes to a source', () => {
  const before = { statsReset: 'then', tables: { a: 5, b: 7 } };

  it('are what its counters have grown by, new tables included, most first', () => {
    const after = { statsReset: 'then', tables: { a: 6, b: 7, c: 40 } };
    expect(compareCounters(before, after)).toEqual({
      rows: 41,
      tables: [
        { table: 'c', rows: 40 },
        { table: 'a', rows: 1 },
      ],
    });
    expect(compareCounters(before, before)).toEqual({ rows: 0, tables: [] });
  });

  it('cannot be told once the counters were reset', () => {
    expect(compareCounters(before, { ...before, statsReset: 'now' })).toBeNull();
    expect(compareCounters(before, { statsReset: 'then', tables: { a: 1, b: 7 } })).toBeNull();
  });
});

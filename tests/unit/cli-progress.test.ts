import { describe, expect, it } from 'vitest';
import { describeProgress, estimateProgress, pickLatest, sampleProgress } from '#lib/run-view/plan-progress.ts';
import type { Progress } from '#lib/runs/run-record.ts';

function lane(name: string, fields: Partial<Progress>): Progress {
  const nothing = { rows: 0, bytes: 0, items: 0, totalBytes: 0, totalItems: 0 };
  return { lane: name, phase: 'copy rows', ...nothing, updatedAt: '2026-11-21T00:00:00.000Z', ...fields };
}

describe('the progress line', () => {
  it('is nothing before a lane has begun', () => {
    expect(sampleProgress([], 0)).toBeUndefined();
  });

  it('adds up the lanes of the latest phase only', () => {
    const lanes = [
      lane('load-0', { phase: 'load rows', bytes: 500, items: 5, totalItems: 5 }),
      lane('build-0', { phase: 'indexes', items: 1, totalItems: 4, updatedAt: '2026-11-21T00:00:09.000Z' }),
      lane('build-1', { phase: 'indexes', items: 2, totalItems: 3, updatedAt: '2026-11-21T00:00:08.000Z' }),
    ];
    expect(sampleProgress(lanes, 7)).toMatchObject({ phase: 'indexes', at: 7, bytes: 0, items: 3, totalItems: 7 });
  });

  it('is that of the part which moved last, where two parts have a phase of one name', () => {
    const backup = [lane('copy-0', { bytes: 500, updatedAt: '2026-11-21T00:00:05.000Z' })];
    const safety = [lane('copy-0', { bytes: 7, updatedAt: '2026-11-21T00:00:09.000Z' })];
    expect(sampleProgress(pickLatest([[], backup, safety]), 0)).toMatchObject({ phase: 'copy rows', bytes: 7 });
    expect(pickLatest([[], []])).toEqual([]);
    expect(pickLatest([])).toEqual([]);
  });

  it('tells bytes, share, rows, parts, rate and time left', () => {
    const at = (seconds: number, bytes: number) => ({
      ...{ phase: 'copy rows', at: seconds * 1000, rows: bytes / 10, bytes },
      ...{ items: 1, totalBytes: 10_000_000, totalItems: 8 },
    });
    expect(describeProgress(at(4, 4_000_000), at(2, 2_000_000))).toBe(
      'copy rows: 4 MB of about 10 MB, 40 %, 400,000 rows, 1/8 parts, 1 MB/s, 6s left',
    );
    // The total is an estimate: what is more than it is not 100 % as long as parts are missing.
    expect(describeProgress(at(4, 12_000_000), undefined)).toBe('copy rows: 12 MB, 99 %, 1,200,000 rows, 1/8 parts');
  });

  it('tells the time left by parts where bytes have none', () => {
    const at = (seconds: number, items: number) => ({
      ...{ phase: 'indexes', at: seconds * 1000, rows: 0, bytes: 0, items, totalBytes: 0, totalItems: 12 },
    });
    expect(describeProgress(at(4, 4), at(0, 0))).toBe('indexes: 4/12 parts, 8s left');
    expect(describeProgress(at(4, 12), at(0, 0))).toBe('indexes: 12/12 parts');
  });
});

describe('the estimate of a run', () => {
  const sample = {
    phase: 'copy rows',
    at: 10_000,
    rows: 400,
    bytes: 4_000,
    items: 1,
    totalBytes: 10_000,
    totalItems: 4,
  };

  it('knows no rate from one sample, nor from one of another phase', () => {
    const nothing = { percent: 40, bytesPerSecond: 0, rowsPerSecond: 0, leftMs: undefined };
    expect(estimateProgress(sample, undefined)).toEqual(nothing);
    expect(estimateProgress(sample, sample)).toEqual(nothing);
    expect(estimateProgress(sample, { ...sample, phase: 'indexes', at: 8_000, bytes: 0 })).toEqual(nothing);
  });

  it('takes rates and the time left from the difference to an earlier one', () => {
    const since = { ...sample, at: 8_000, rows: 200, bytes: 2_000 };
    expect(estimateProgress(sample, since)).toEqual({
      ...{ percent: 40, bytesPerSecond: 1_000, rowsPerSecond: 100, leftMs: 6_000 },
    });
  });

  it('takes the time left from parts where bytes are not counted', () => {
    const parts = { ...sample, phase: 'indexes', bytes: 0, totalBytes: 0, rows: 0, items: 2 };
    expect(estimateProgress(parts, { ...parts, at: 6_000, items: 1 })).toMatchObject({
      percent: undefined,
      leftMs: 8_000,
    });
  });
});

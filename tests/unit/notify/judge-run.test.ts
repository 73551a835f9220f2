import { describe, expect, it } from 'vitest';
import type { EndedRun } from '#lib/notify/ended-run.ts';
import { judgeRun } from '#lib/notify/judge-run.ts';
import { saysNothing } from '#lib/notify/says-nothing.ts';
import type { RunResult } from '#lib/runs/run-record.ts';

const runs = ['20261121T010000Z-aaaa', '20261121T020000Z-aaaa', '20261121T030000Z-aaaa'] as const;
const ended = (run: string, over: Partial<EndedRun> = {}): EndedRun => ({
  ...({
    run,
    kind: 'backup',
    status: 'completed',
    connection: 'shop',
    target: null,
    backup: null,
    message: '',
  } as const),
  ...over,
});

describe('judgeRun', () => {
  it('tells a success as a success, and the first after a failure as a recovery', () => {
    expect(judgeRun(undefined, ended(runs[0])).told).toEqual(['success']);
    const failed = judgeRun(undefined, ended(runs[0], { status: 'refused' }));
    expect(failed).toEqual({ told: ['failure'], next: { run: runs[0], failing: true, told: ['failure'] } });
    const recovered = judgeRun(failed.next, ended(runs[1]));
    expect(recovered.told).toEqual(['recovered', 'success']);
    expect(judgeRun(recovered.next, ended(runs[2])).told).toEqual(['success']);
  });

  it('answers the same for the same run, however often it is asked', () => {
    const failed = { run: runs[0], failing: true, told: ['failure' as const] };
    const first = judgeRun(failed, ended(runs[1]));
    expect(judgeRun(first.next, ended(runs[1]))).toEqual({ told: first.told, next: undefined });
  });

  it('lets an outcome that comes late change nothing of what came after', () => {
    const failing = { run: runs[2], failing: true, told: ['failure' as const] };
    expect(judgeRun(failing, ended(runs[1]))).toEqual({ told: ['success'], next: undefined });
    expect(judgeRun(failing, ended(runs[1], { status: 'failed' }))).toEqual({ told: ['failure'], next: undefined });
  });

  it('does not tell that the repository was cared for, but that it was not', () => {
    expect(judgeRun(undefined, ended(runs[1], { kind: 'sweep' })).told).toEqual([]);
    expect(judgeRun(undefined, ended(runs[1], { kind: 'sweep', status: 'failed' })).told).toEqual(['failure']);
  });
});

describe('saysNothing', () => {
  const result = (code: string, parent: string | null = null): RunResult => ({
    run: { ...ended(runs[0]), id: runs[0], startedAt: '', eventId: '', engineRunId: '', parent },
    ...{ status: 'cancelled', exitCode: 6, completedAt: '', durationMs: 0, outcome: null, timeline: [] },
    error: { name: 'CancelledError', code, message: '', hint: '', exitCode: 6 },
  });

  it('is of a part, of what a person has cancelled, and of what was skipped; not of what was given up', () => {
    expect(saysNothing({ status: 'completed' }, undefined)).toBe(false);
    expect(saysNothing({ status: 'failed' }, result('x'))).toBe(false);
    expect(saysNothing({ status: 'failed' }, result('x', runs[1]))).toBe(true);
    expect(saysNothing({ status: 'skipped' }, undefined)).toBe(true);
    expect(saysNothing({ status: 'cancelled' }, result('cancelled'))).toBe(true);
    expect(saysNothing({ status: 'cancelled' }, result('given_up'))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { planTimeline } from '#app/runs/plan-timeline.ts';
import type { StepRecord } from '#lib/runs/run-record.ts';

const start = Date.parse('2026-11-21T00:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

const tell = (text: string): string => text;

function attempt(from: number, to: number, more: Partial<StepRecord['attempts'][number]> = {}) {
  return {
    ...{ attempt: 0, startedAt: at(from), endedAt: at(to), outcome: 'completed' as const, waitedMs: 0, error: null },
    ...more,
  };
}

const error = { name: 'UnavailableError', code: 'connection_lost', message: 'cut', hint: 'wait', exitCode: 1 };

describe('the timeline of a run', () => {
  it('lays steps out on the run’s time', () => {
    const steps = [{ n: '1', slug: 'preflight', attempts: [attempt(0, 2)] }];
    expect(planTimeline(steps, { tell, isOpen: false, from: start, to: start + 10_000 })).toEqual([
      {
        ...{ n: '1', slug: 'preflight', outcome: 'completed', attempts: 1, startedAt: at(0), since: null },
        ...{ workedMs: 2_000, waitedMs: 0, errors: [], spans: [{ kind: 'worked', from: 0, width: 200 }] },
      },
    ]);
  });

  it('shows each attempt, and the wait before it', () => {
    const failed = attempt(1, 2, { outcome: 'failed', error });
    const again = attempt(6, 8, { attempt: 1, waitedMs: 4_000 });
    const steps = [{ n: '2', slug: 'copy', attempts: [failed, again] }];
    const [step] = planTimeline(steps, { tell, isOpen: false, from: start, to: start + 10_000 });
    expect(step).toMatchObject({ outcome: 'retried', attempts: 2, workedMs: 3_000, waitedMs: 4_000, errors: ['cut'] });
    expect(step?.spans).toEqual([
      { kind: 'failed', from: 100, width: 100 },
      { kind: 'waited', from: 200, width: 400 },
      { kind: 'worked', from: 600, width: 200 },
    ]);
  });

  it('has failed where the last attempt did, and keeps within the run where clocks differ', () => {
    const steps = [{ n: '3', slug: 'proof', attempts: [attempt(-5, 20, { outcome: 'failed', error })] }];
    const [step] = planTimeline(steps, { tell, isOpen: false, from: start, to: start + 10_000 });
    expect(step).toMatchObject({ outcome: 'failed', spans: [{ kind: 'failed', from: 0, width: 1000 }] });
    expect(planTimeline(steps, { tell, isOpen: false, from: start, to: start })[0]?.spans).toEqual([
      { kind: 'failed', from: 0, width: 1000 },
    ]);
  });

  it('is tried again where the run is open and another attempt may help', () => {
    const outcomeOf = (isOpen: boolean, last: Partial<StepRecord['attempts'][number]>) => {
      const steps = [{ n: '4', slug: 'copy', attempts: [attempt(0, 1, { outcome: 'failed', error, ...last })] }];
      return planTimeline(steps, { tell, isOpen, from: start, to: start + 10_000 })[0]?.outcome;
    };
    expect(outcomeOf(true, {})).toBe('again');
    expect(outcomeOf(true, { error: { ...error, name: 'Error', code: 'unexpected' } })).toBe('again');
    expect(outcomeOf(false, {})).toBe('failed');
    expect(outcomeOf(true, { attempt: 5 })).toBe('failed');
    expect(outcomeOf(true, { error: { ...error, name: 'RefusedError' } })).toBe('failed');
  });

  it('ends with what is at work, from its beginning to now', () => {
    const failed = attempt(1, 2, { outcome: 'failed', error });
    const steps = [
      { n: '04', slug: 'copy', attempts: [failed] },
      { n: '05', slug: 'plan', attempts: [attempt(0, 1)] },
    ];
    const atWork = [
      { n: '04', slug: 'copy', startedAt: at(6) },
      { n: '06.001', slug: 'copy-0', startedAt: at(8) },
    ];
    const planned = planTimeline(steps, { tell, isOpen: true, from: start, to: start + 10_000, atWork });
    expect(planned.map(({ slug, outcome, attempts, since }) => [slug, outcome, attempts, since])).toEqual([
      ['plan', 'completed', 1, null],
      ['copy', 'working', 2, at(6)],
      ['copy-0', 'working', 1, at(8)],
    ]);
    expect(planned[1]).toMatchObject({ workedMs: 5_000, errors: ['cut'], startedAt: at(1) });
    expect(planned[2]?.spans).toEqual([{ kind: 'worked', from: 800, width: 200 }]);
  });

  it('tells of an error what who looks may know', () => {
    const steps = [{ n: '1', slug: 'open', attempts: [attempt(0, 1, { outcome: 'failed', error })] }];
    const hide = (text: string): string => `${text} off`;
    expect(planTimeline(steps, { tell: hide, isOpen: false, from: start, to: start })[0]?.errors).toEqual(['cut off']);
  });
});

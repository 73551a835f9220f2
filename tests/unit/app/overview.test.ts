import { describe, expect, it } from 'vitest';
import { gatherRuns, planPromiseView } from '#app/overview/plan-promise-view.ts';
import type { ConnectionPromise } from '#lib/promise/read-promises.ts';

const hour = 3_600_000;
const look = { backup: 'b', run: 'r', at: '2026-11-21T00:00:00.000Z', ageMs: hour };
const backup = { id: 'b', at: '2026-11-21T00:00:00.000Z', ageMs: 2 * hour };

function promiseOf(about: Partial<ConnectionPromise>): ConnectionPromise {
  return {
    ...{ connection: 'production', isNamed: true, rpoMs: null, rtoMs: null, state: 'none', reasons: [], notes: [] },
    ...{ backups: 1, lastBackup: backup, lastGood: backup, lastVerified: null, lastProven: null, recoveryMs: null },
    ...{ running: [], lastFailure: null, next: [] },
    ...about,
  };
}

const standingOf = (about: Partial<ConnectionPromise>) => planPromiseView(promiseOf(about)).standing;

describe('a connection on the overview', () => {
  it('is green where its promise is kept, and by nothing less', () => {
    expect(standingOf({ state: 'kept', lastProven: look })).toBe('proven');
    expect(standingOf({ state: 'kept', lastProven: null })).toBe('unpromised');
    expect(standingOf({ state: 'broken', lastProven: look })).toBe('broken');
    expect(standingOf({ lastVerified: look })).toBe('unpromised');
    expect(standingOf({ lastProven: look })).toBe('unpromised');
  });

  it('without a backup says so, promised or not', () => {
    expect(standingOf({ backups: 0 })).toBe('empty');
    expect(standingOf({ backups: 0, state: 'broken' })).toBe('empty');
  });

  it('is measured against what is promised', () => {
    const { measures } = planPromiseView(promiseOf({ rpoMs: hour, rtoMs: hour, recoveryMs: hour / 2 }));
    expect(measures).toMatchObject([
      { text: '2h; 1h is promised', isOver: true },
      { text: '30m; 1h is promised', isOver: false },
    ]);
    const [age, recovery] = planPromiseView(promiseOf({ rtoMs: hour, lastGood: null })).measures;
    expect(age).toMatchObject({ text: 'none yet; nothing is promised', isOver: false });
    expect(recovery).toMatchObject({ text: 'never measured; 1h is promised', isOver: true });
  });
});

describe('runs of several connections', () => {
  it('are told once, newest first', () => {
    const run = (id: string) => ({
      ...({ run: id, kind: 'transfer', startedAt: '', lastSign: '', isDead: false } as const),
    });
    const promises = [
      promiseOf({ connection: 'a', running: [run('1'), run('2')] }),
      promiseOf({ connection: 'b', running: [run('2')] }),
    ];
    const gathered = gatherRuns(promises, ({ running }) => running);
    expect(gathered.map(({ run: { run: id }, connections }) => [id, connections])).toEqual([
      ['2', ['a', 'b']],
      ['1', ['a']],
    ]);
  });
});

import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

/** How a connection stands, in one of few words. Only `proven` is green. */
export type PromiseStanding = 'proven' | 'broken' | 'empty' | 'unpromised';

/** Something measured against what is promised of it; milliseconds. */
export interface Measure {
  name: string;
  /** What was measured, `null` where nothing was. */
  value: number | null;
  promised: number | null;
  /** In words, for a line of its own. */
  text: string;
  isOver: boolean;
}

/** What the overview shows of a connection. */
export interface PromiseView {
  standing: PromiseStanding;
  measures: [age: Measure, recovery: Measure];
}

/** Pure. That a backup ran is not enough for green: the promise must be kept, and that takes a proof. */
export function planPromiseView(promise: ConnectionPromise): PromiseView {
  const { rpoMs, rtoMs, lastGood, recoveryMs } = promise;
  return {
    standing: standingOf(promise),
    measures: [
      measure('Age of the newest good backup', {
        value: lastGood?.ageMs ?? null,
        promised: rpoMs,
        unknown: 'none yet',
      }),
      measure('Measured recovery', { value: recoveryMs, promised: rtoMs, unknown: 'never measured' }),
    ],
  };
}

function standingOf({ state, backups, lastProven }: ConnectionPromise): PromiseStanding {
  if (state === 'broken') return backups === 0 ? 'empty' : 'broken';
  if (state === 'kept') return lastProven === null ? 'unpromised' : 'proven';
  return backups === 0 ? 'empty' : 'unpromised';
}

function measure(
  name: string,
  { value, promised, unknown }: { value: number | null; promised: number | null; unknown: string },
): Measure {
  const isOver = promised !== null && (value === null || value > promised);
  const said = value === null ? unknown : describeDuration(value);
  const limit = promised === null ? 'nothing is promised' : `${describeDuration(promised)} is promised`;
  return { name, value, promised, text: `${said}; ${limit}`, isOver };
}

/** A run that the overview names, once, however many connections it is about. */
export interface NamedRun<T> {
  run: T;
  connections: string[];
}

/** Pure. What the connections have in common is told once, newest first. */
export function gatherRuns<T extends { run: string }>(
  promises: readonly ConnectionPromise[],
  pick: (promise: ConnectionPromise) => readonly T[],
): NamedRun<T>[] {
  const found = new Map<string, NamedRun<T>>();
  for (const promise of promises) {
    for (const run of pick(promise)) {
      const known = found.get(run.run);
      if (known === undefined) found.set(run.run, { run, connections: [promise.connection] });
      else known.connections.push(promise.connection);
    }
  }
  return [...found.values()].sort((a, b) => (a.run.run < b.run.run ? 1 : -1));
}

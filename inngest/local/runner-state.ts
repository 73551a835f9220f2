import type { JournalRecord, RunState } from './journal-record.ts';

/** What the journal adds up to. Times are epoch milliseconds. */
export interface RunnerState {
  runs: Map<string, RunState>;
  /** Ids of events taken, and until when the same id is taken for a repetition. */
  eventIds: Map<string, number>;
  /** Idempotency keys in use, and until when. */
  onceKeys: Map<string, number>;
}

/** The state before the first record. */
export function emptyState(): RunnerState {
  return { runs: new Map(), eventIds: new Map(), onceKeys: new Map() };
}

/**
 * Applies one record in place; the only place where state changes, so replaying a journal rebuilds the state exactly.
 * A record that was applied before changes nothing, and nothing changes a run that has ended.
 */
export function applyRecord(state: RunnerState, record: JournalRecord): void {
  switch (record.t) {
    case 'journal':
      return;
    case 'event':
      state.eventIds.set(record.id, record.until);
      return;
    case 'once':
      state.onceKeys.set(record.key, record.until);
      return;
    case 'run':
      if (!state.runs.has(record.run.id)) state.runs.set(record.run.id, copyRun(record.run));
      return;
    default: {
      const run = state.runs.get(record.run);
      if (run !== undefined && run.outcome === undefined) applyToRun(run, record);
    }
  }
}

/** The state is changed in place and must not change the record it came from. */
function copyRun(run: RunState): RunState {
  const { finished, memos, pending, retries } = run;
  return { ...run, finished: [...finished], memos: { ...memos }, pending: { ...pending }, retries: { ...retries } };
}

type RunRecord = Extract<JournalRecord, { t: 'started' | 'planned' | 'memo' | 'retry' | 'ended' }>;

function applyToRun(run: RunState, record: RunRecord): void {
  switch (record.t) {
    case 'started':
      run.startedAt ??= record.at;
      return;
    case 'planned':
      delete run.retries['step'];
      for (const step of record.steps) if (!Object.hasOwn(run.memos, step.id)) run.pending[step.id] = step;
      return;
    case 'memo':
      if (!Object.hasOwn(run.memos, record.step)) {
        run.finished.push(record.step);
        run.memos[record.step] = record.memo;
      }
      delete run.pending[record.step];
      delete run.retries[record.step];
      delete run.retries['step'];
      return;
    case 'retry':
      run.retries[record.key] = { attempt: record.attempt, at: record.at, error: record.error };
      return;
    case 'ended':
      run.outcome = record.outcome;
      run.endedAt = record.at;
      run.finished = [];
      run.memos = {};
      run.pending = {};
      run.retries = {};
  }
}

/** How long the outcome of an ended run is kept for those who ask, in milliseconds. */
const keepEndedMs = 24 * 3_600_000;

/** The shortest list of records that adds up to the state, without what has expired by `now`. */
export function planCompaction(state: RunnerState, now: number): JournalRecord[][] {
  const records: JournalRecord[] = [{ t: 'journal', format: 1 }];
  for (const [id, until] of state.eventIds) if (until > now) records.push({ t: 'event', id, until });
  for (const [key, until] of state.onceKeys) if (until > now) records.push({ t: 'once', key, until });
  for (const run of state.runs.values()) {
    if (run.endedAt === undefined || run.endedAt > now - keepEndedMs) records.push({ t: 'run', run });
  }
  return records.map((record) => [record]);
}

/** Drops in place what `planCompaction` leaves out. */
export function forgetExpired(state: RunnerState, now: number): void {
  for (const [id, until] of state.eventIds) if (until <= now) state.eventIds.delete(id);
  for (const [key, until] of state.onceKeys) if (until <= now) state.onceKeys.delete(key);
  for (const run of state.runs.values()) {
    if (run.endedAt !== undefined && run.endedAt <= now - keepEndedMs) state.runs.delete(run.id);
  }
}

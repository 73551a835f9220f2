import { type CallProtocol, type CallResult, readError } from './call-protocol.ts';
import { CronTicks } from './cron-ticks.ts';
import type { Journal } from './journal.ts';
import type { JournalRecord } from './journal-record.ts';
import type { LocalFunction } from './local-function.ts';
import { type PlannedCall, planCalls } from './plan-calls.ts';
import { planDue } from './plan-due.ts';
import { type Backoff, planResult } from './plan-result.ts';
import { openRuns, type PlanContext } from './plan-run.ts';
import { applyRecord, type RunnerState } from './runner-state.ts';

/** What an observer hears: every change of state, and every call as it starts (`attempt` counts from zero). */
export type RunnerChange = JournalRecord | { t: 'call'; run: string; fn: string; key: string; attempt: number };

export interface SchedulerOptions {
  state: RunnerState;
  functions: ReadonlyMap<string, LocalFunction>;
  protocol: CallProtocol;
  journal: Journal;
  concurrency: number;
  backoff: Backoff;
  onChange: (change: RunnerChange) => void;
  /** Whether cron triggers start runs. */
  crons: boolean;
  /** Called when nothing more can be done: the journal cannot be written. */
  onBroken: (error: Error) => void;
}

/** A timer may not be longer than 2^31 ms; looking again after an hour is early enough. */
const longestTimerMs = 3_600_000;

/**
 * Does what the plans say. It keeps no work list: after every change it asks the state again what is to be done, so a
 * restart needs nothing but the state. Work starts between `begin` and `stop`; what is under way still reports after.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #underWay = new Map<string, PlannedCall>();
  readonly #undurable = new Map<string, number>();
  readonly #crons: CronTicks;
  readonly #settledWaiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #begun = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#crons = new CronTicks(options.crons ? options.functions.values() : [], Date.now());
  }

  /** Lets work start. */
  begin(): void {
    this.#begun = true;
    this.wake();
  }

  /** What a plan made now is made from. */
  context(): PlanContext {
    const { state, functions } = this.#options;
    return { state, functions, now: Date.now(), ending: new Set() };
  }

  /** Applies changes as one journal line; resolves when they are durable. */
  async commit(records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { state, journal, onChange, onBroken } = this.#options;
    const touched = new Set(records.map(runOf));
    for (const record of records) applyRecord(state, record);
    for (const run of touched) this.#undurable.set(run, (this.#undurable.get(run) ?? 0) + 1);
    try {
      await journal.append(records);
    } catch (error) {
      this.#undurable.clear();
      this.stop();
      onBroken(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    for (const run of touched) {
      const left = (this.#undurable.get(run) ?? 1) - 1;
      if (left > 0) this.#undurable.set(run, left);
      else this.#undurable.delete(run);
    }
    records.forEach(onChange);
    this.wake();
  }

  /** Does everything that can be done now, and looks again when the next thing is due. */
  wake(): void {
    this.#notifySettled();
    if (this.#stopped || !this.#begun) return;
    const context = this.context();
    const due = planDue(context);
    const ticks = this.#crons.take(context);
    const records = [...due.records, ...ticks.records];
    if (records.length > 0) {
      // Committing wakes again; a failure of the journal has been reported by then.
      this.commit(records).catch(() => {});
    }
    const { concurrency } = this.#options;
    const isDurable = (run: string): boolean => this.isDurable(run);
    for (const call of planCalls({ ...context, underWay: this.#underWay, concurrency, isDurable })) this.#start(call);
    clearTimeout(this.#timer);
    const wakeAt = Math.min(due.wakeAt, ticks.wakeAt);
    if (wakeAt === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.wake(), Math.max(1, Math.min(wakeAt - Date.now(), longestTimerMs)));
  }

  /** Whether everything known of the run would survive a power cut. */
  isDurable(run: string): boolean {
    return !this.#undurable.has(run);
  }

  /** Starts nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#notifySettled();
  }

  /** Resolves when no call is under way and every open run only sleeps or waits for an event. */
  async idle(): Promise<void> {
    while (!this.#isSettled()) await new Promise<void>((resolve) => this.#settledWaiters.push(resolve));
  }

  #isSettled(): boolean {
    if (this.#underWay.size > 0 || this.#undurable.size > 0) return false;
    if (this.#stopped) return true;
    const { state, functions } = this.#options;
    return openRuns(state).every((run) => {
      const pending = Object.values(run.pending);
      return !functions.has(run.fn) || (pending.length > 0 && pending.every((step) => step.op !== 'StepPlanned'));
    });
  }

  #notifySettled(): void {
    if (this.#settledWaiters.length > 0 && this.#isSettled())
      for (const resolve of this.#settledWaiters.splice(0)) resolve();
  }

  #start(call: PlannedCall): void {
    const { onChange, functions, protocol, backoff } = this.#options;
    this.#underWay.set(call.id, call);
    const { id: run, fn } = call.run;
    onChange({ t: 'call', run, fn, key: call.key, attempt: call.attempt });
    const isTimed = functions.get(fn)?.finishWithinMs ?? functions.get(fn)?.startWithinMs;
    const finish = (result: CallResult): Promise<void> => {
      this.#underWay.delete(call.id);
      return this.commit(planResult({ ...this.context(), call, result, backoff }));
    };
    const started = isTimed !== undefined && call.run.startedAt === undefined;
    if (started) this.commit([{ t: 'started', run, at: Date.now() }]).catch(() => {});
    protocol
      .call(call)
      .catch((error): CallResult => ({ kind: 'threw', error: readError(error), final: false }))
      .then(finish)
      // The one way a commit fails is the journal, and that has been reported.
      .catch(() => {})
      .finally(() => this.wake());
  }
}

function runOf(record: JournalRecord): string {
  if (record.t === 'run') return record.run.id;
  return 'run' in record ? record.run : '';
}

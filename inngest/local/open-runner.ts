import { z } from 'zod';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { type SentEvent, sentEvent } from './client-route.ts';
import type { RunOutcome, RunState } from './journal-record.ts';
import type { LocalRunner, PendingRun } from './local-runner.ts';
import { newUlid } from './new-ulid.ts';
import { openRuns, planEvent } from './plan-run.ts';
import type { RunnerState } from './runner-state.ts';
import { type RunnerChange, Scheduler, type SchedulerOptions } from './scheduler.ts';

export interface OpenRunnerOptions extends Omit<SchedulerOptions, 'onBroken'> {
  detach: () => void;
}

interface Waiter {
  run: string;
  resolve: (outcome: RunOutcome) => void;
  reject: (error: Error) => void;
}

/** The runner that `startLocalRunner` gives out. */
export class OpenRunner implements LocalRunner {
  readonly #options: OpenRunnerOptions;
  readonly #state: RunnerState;
  readonly #scheduler: Scheduler;
  readonly #waiters = new Set<Waiter>();
  readonly #impatient = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  constructor(options: OpenRunnerOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#scheduler = new Scheduler({
      ...options,
      onChange: (change) => this.#hear(change),
      onBroken: (error) => this.#abandon(error),
    });
  }

  /** Starts the work; until then events are taken and nothing else is done. */
  begin(): void {
    this.#scheduler.begin();
  }

  async send(events: SentEvent | SentEvent[]): Promise<string[]> {
    const now = Date.now();
    const ids: string[] = [];
    const written: Promise<void>[] = [];
    // As JSON, so that later changes of the caller's objects do not change what the journal says.
    const taken = z.array(sentEvent).parse(JSON.parse(JSON.stringify([events].flat())));
    for (const { id = newUlid(now), name, ts = now, data = {}, ...rest } of taken) {
      const records = planEvent(this.#scheduler.context(), { ...rest, id, name, ts, data });
      // A repeated event writes its id again: the answer must wait until the first one is durable.
      const until = this.#state.eventIds.get(id) ?? now;
      written.push(this.#scheduler.commit(records.length > 0 ? records : [{ t: 'event', id, until }]));
      ids.push(id);
    }
    await Promise.all(written);
    return ids;
  }

  runsOf(eventId: string): string[] {
    return [...this.#state.runs.values()].filter((run) => run.event.id === eventId).map((run) => run.id);
  }

  async waitForRun(runId: string): Promise<RunOutcome> {
    const run = this.#state.runs.get(runId);
    if (run === undefined) {
      throw new UsageError(`there is no run ${runId} in the journal`, {
        code: 'run_unknown',
        hint: 'Runs are forgotten a day after their end; their records in the repository stay.',
      });
    }
    if (run.outcome !== undefined && this.#scheduler.isDurable(runId)) return run.outcome;
    const { promise, resolve, reject } = Promise.withResolvers<RunOutcome>();
    this.#waiters.add({ run: runId, resolve, reject });
    return promise;
  }

  pendingRuns(): PendingRun[] {
    return openRuns(this.#state).map(describeRun);
  }

  idle(): Promise<void> {
    return this.#scheduler.idle();
  }

  close(): Promise<void> {
    if (this.#closing !== undefined) this.#impatient.resolve();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#scheduler.stop();
    // Attached until here: a step under way may still send events.
    await Promise.race([this.#scheduler.idle(), this.#impatient.promise]);
    this.#options.detach();
    await this.#options.journal.close();
    this.#abandon(
      new CancelledError('the local runner was closed before the run ended', {
        code: 'local_runner_closed',
        hint: 'The run goes on when a runner is started with the same journal.',
      }),
    );
  }

  #hear(change: RunnerChange): void {
    if (change.t === 'ended') {
      for (const waiter of this.#waiters) {
        if (waiter.run !== change.run) continue;
        this.#waiters.delete(waiter);
        waiter.resolve(change.outcome);
      }
    }
    this.#options.onChange(change);
  }

  #abandon(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}

function describeRun(run: RunState): PendingRun {
  return {
    id: run.id,
    fn: run.fn,
    event: run.event,
    parent: run.parent?.run,
    createdAt: run.createdAt,
    finishedSteps: run.finished.length,
    waitingFor: Object.values(run.pending),
    retries: Object.entries(run.retries).map(([key, retry]) => ({ key, ...retry })),
  };
}

import type { Inngest, InngestFunction } from 'inngest';
import { openCallProtocol } from './call-protocol.ts';
import { attachClientRoute, type SentEvent } from './client-route.ts';
import { type Journal, openJournal } from './journal.ts';
import type { JournalRecord, PendingStep, RunnerEvent, RunOutcome } from './journal-record.ts';
import { OpenRunner } from './open-runner.ts';
import type { Backoff } from './plan-result.ts';
import { applyRecord, emptyState, forgetExpired, planCompaction } from './runner-state.ts';
import type { RunnerChange } from './scheduler.ts';

export interface LocalRunnerOptions {
  /** A client of `createInngest`; while the runner is open its events come here. */
  client: Inngest.Any;
  functions: readonly InngestFunction.Any[];
  /** The file that holds everything to resume from. One process at a time. */
  journalPath: string;
  /** Calls at a time over all functions. Default 8. */
  concurrency?: number;
  /** Default: 2, 6, 18, 54 s ... at most 10 minutes. */
  backoff?: Backoff;
  /** Hears every durable change of state, and every call as it starts. It must not throw. */
  onChange?: (change: RunnerChange) => void;
  /** Bytes below which the journal is never compacted. Default 1 MiB. */
  compactAboveBytes?: number;
  /** Whether cron triggers start runs. Default true: a process that is there for one run leaves them to others. */
  crons?: boolean;
  /** Awaited when the runner is open and before it starts any work; what it sends is taken first. */
  beforeWork?: (runner: LocalRunner) => Promise<void>;
}

/** A run that has not ended. Times are epoch milliseconds. */
export interface PendingRun {
  id: string;
  fn: string;
  event: RunnerEvent;
  /** The run whose step it is. */
  parent: string | undefined;
  createdAt: number;
  /** How many step results are remembered. */
  finishedSteps: number;
  waitingFor: PendingStep[];
  retries: { key: string; attempt: number; at: number; error: string }[];
}

export interface LocalRunner {
  /** Takes events and answers their ids when they, and the runs they start, would survive a power cut. */
  send(events: SentEvent | SentEvent[]): Promise<string[]>;
  /** The runs an event started, open or ended within the last day; a repeated id gives those of the first event. */
  runsOf(eventId: string): string[];
  /** How a run ends; at once where it has. An unknown run is a UsageError, a lost journal a StorageError. */
  waitForRun(runId: string): Promise<RunOutcome>;
  pendingRuns(): PendingRun[];
  /** Resolves when every open run only sleeps or waits for an event. */
  idle(): Promise<void>;
  /** Starts nothing more, waits for the calls under way and lets go of the journal; a second call waits no longer. */
  close(): Promise<void>;
}

const defaultBackoff: Backoff = (attempt) => Math.min(2000 * 3 ** attempt, 600_000);

/**
 * Runs Inngest functions in this process, with no server: the journal remembers what was done, and a runner that opens
 * the journal of a killed one goes on where it was. Steps run at least once; a remembered step never runs again.
 * An interrupted call does not count as an attempt. What a function uses and this runner cannot do is refused by name.
 */
export async function startLocalRunner(options: LocalRunnerOptions): Promise<LocalRunner> {
  const { client, functions, journalPath, concurrency = 8, backoff = defaultBackoff, onChange = () => {} } = options;
  const { crons = true, beforeWork } = options;
  const started = Promise.withResolvers<OpenRunner>();
  // Attached before the functions are read: without a server's keys the SDK answers nobody.
  const detach = attachClientRoute(client.id, async (events) => (await started.promise).send(events));
  let journal: Journal | undefined;
  try {
    const protocol = openCallProtocol({ client, functions });
    const registered = new Map((await protocol.register()).map((fn) => [fn.id, fn]));
    const state = emptyState();
    const compact = (): JournalRecord[][] => {
      forgetExpired(state, Date.now());
      return planCompaction(state, Date.now());
    };
    const { compactAboveBytes = 1 << 20 } = options;
    journal = await openJournal({ path: journalPath, compact, compactAboveBytes });
    for (const record of journal.lines.flat()) applyRecord(state, record);
    if (journal.lines.length === 0) await journal.append([{ t: 'journal', format: 1 }]);
    const runner = new OpenRunner({
      state,
      functions: registered,
      protocol,
      journal,
      concurrency,
      backoff,
      onChange,
      crons,
      detach,
    });
    started.resolve(runner);
    await beforeWork?.(runner);
    runner.begin();
    return runner;
  } catch (error) {
    detach();
    await journal?.close();
    // Who waits for the start hears of it; where nobody does, the error below is enough.
    started.promise.catch(() => {});
    started.reject(error);
    throw error;
  }
}

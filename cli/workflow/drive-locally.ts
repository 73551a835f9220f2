import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '#cli/output/terminal.ts';
import { inngest } from '#inngest/client.ts';
import { functions } from '#inngest/functions.ts';
import type { SentEvent } from '#inngest/local/client-route.ts';
import { type LocalRunner, startLocalRunner } from '#inngest/local/local-runner.ts';
import { followDecisions, takeWhatWasDecided } from '#inngest/local/take-decisions.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { findWaiting } from '#lib/runs/waiting-store.ts';
import { describeStanding } from './describe-standing.ts';
import { type FinishedRun, readFinished } from './finished-run.ts';
import { withStopSignals } from './stop-signals.ts';
import { tellRetries } from './tell-retries.ts';
import { removeJournal } from './unfinished-run.ts';
import { watchRun } from './watch-run.ts';

/** How long a stop waits for the step under way; what it has not finished is done again on resumption. */
const stopGraceMs = 8_000;
/** How long it takes at most to find out what to say of it. */
const tellingMs = 2_000;
/** How long a command stays for its notices when everything else is done, and how often it looks. */
const tellingPeopleMs = 15_000;
const lookMs = 250;
const notToldYet =
  'note: A notification is not delivered yet. It is kept: `holdfast overdue`, or a server, sends it later.';

/** A run to drive: one that a new event starts, or one that the journal holds. */
export type DrivenRun = { event: SentEvent & { id: string; ts: number } } | { engineRunId: string; runId: string };

/**
 * Drives a run by the local runner in this process until it has ended, then removes the journal. What other processes
 * decide about the run meanwhile is taken as it comes. A signal stops it: the journal stays.
 * @throws CancelledError that says how to go on.
 */
export async function driveLocally(
  terminal: Terminal,
  options: { journal: string; repository: Repository; run: DrivenRun; title: string },
): Promise<FinishedRun> {
  const { journal, repository, run, title } = options;
  const openRepository = async (): Promise<Repository> => repository;
  return withStopSignals(async (signals) => {
    const runner = await startRunner(terminal, {
      journal,
      beforeWork: (opened) => takeWhatWasDecided(opened, openRepository),
    });
    const ending = new AbortController();
    void followDecisions(runner, { openRepository, signal: ending.signal });
    const { engineRunId, runId } = 'event' in run ? await sendEvent(runner, run.event) : run;
    terminal.note(`${title}: run ${runId}`);
    const finished = watchRun(terminal, { repository, runId }, async () => {
      const outcome = await runner.waitForRun(engineRunId);
      // A failure handler, and who tells people, are runs of their own that follow.
      if (!(await awaitFollowers(runner))) terminal.note(notToldYet);
      return readFinished(repository, runId, outcome);
    });
    let stopping = false;
    const stopped = signals.stop.then(async (signal): Promise<never> => {
      stopping = true;
      const wait = 'Waiting for the step under way; press Ctrl-C once more to stop at once.';
      terminal.note(`${signal}: stopping. ${wait}`);
      await Promise.race([runner.close(), sleep(stopGraceMs), signals.abort]);
      throw await describeStop({ repository, runId, title, patienceMs: tellingMs });
    });
    // Closing ends the waiting for the run; then the stop has the word.
    const ended = await Promise.race([
      finished.catch((cause: unknown) => (stopping ? stopped : Promise.reject(cause))),
      stopped,
    ]);
    ending.abort();
    // What could not be told is in the repository's outbox, and the next look for overdue backups sends it.
    const isOver = runner.pendingRuns().every(tellsPeople);
    await runner.close();
    if (isOver) await removeJournal(journal);
    return ended;
  });
}

/** What is left behind, and the ways on from there; the store may be what hangs, then less of it. */
async function describeStop(run: {
  repository: Repository;
  runId: string;
  title: string;
  patienceMs: number;
}): Promise<CancelledError> {
  const { repository, runId, title, patienceMs } = run;
  const looked = Promise.all([findWaiting(repository, runId), describeStanding(repository, runId)]);
  const [waiting, standings] = (await Promise.race([looked.catch(() => undefined), sleep(patienceMs)])) ?? [
    undefined,
    [],
  ];
  const standing = standings.map((text) => ` ${text}`).join('');
  const ways = `\`holdfast cancel ${runId}\` drops what it has built.`;
  if (waiting) {
    return new CancelledError(
      `Stopped; run ${runId} (${title}) waits for approval until ${describeTime(waiting.until)}.${standing}`,
      { code: 'stopped_waiting', hint: `\`holdfast approve ${runId}\` lets it go live, ${ways}` },
    );
  }
  return new CancelledError(`Stopped before the end of run ${runId} (${title}).${standing}`, {
    code: 'stopped',
    hint: `Go on with \`holdfast resume ${runId}\`; what was finished is not done again. ${ways}`,
  });
}

/**
 * Waits until everything that follows a run is done. Telling people may take as long as a receiver that answers slowly
 * and one more try; `false`: something hangs longer, and is left to others.
 */
async function awaitFollowers(runner: LocalRunner): Promise<boolean> {
  const idle = runner.idle().then(() => true);
  for (let patience = tellingPeopleMs; patience > 0; ) {
    if (await Promise.race([idle, sleep(lookMs, false)])) return true;
    if (runner.pendingRuns().every(tellsPeople)) patience -= lookMs;
  }
  return false;
}

function tellsPeople({ fn }: { fn: string }): boolean {
  return fn.endsWith('notify');
}

async function startRunner(
  terminal: Terminal,
  { journal, beforeWork }: { journal: string; beforeWork: (runner: LocalRunner) => Promise<void> },
): Promise<LocalRunner> {
  try {
    const onChange = tellRetries(terminal);
    const options = { client: inngest, functions, journalPath: journal, onChange, beforeWork };
    // Schedules are for servers: this process is there for one run.
    return await startLocalRunner({ ...options, crons: false });
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new StorageError(`Cannot make the journal ${journal}: ${cause.message}`, {
      code: 'journal_not_writable',
      hint: 'Name a folder that may be written, in HOLDFAST_STATE or `stateFolder` of the config.',
      cause,
    });
  }
}

async function sendEvent(
  runner: LocalRunner,
  event: SentEvent & { id: string; ts: number },
): Promise<{ engineRunId: string; runId: string }> {
  await runner.send(event);
  const [engineRunId] = runner.runsOf(event.id);
  if (engineRunId === undefined) throw new Error(`No function takes the event ${event.name}.`);
  return { engineRunId, runId: deriveRunId(event.ts, engineRunId) };
}

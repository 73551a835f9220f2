import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { writeDecision } from '#lib/runs/decision-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { readWaiting } from '#lib/runs/waiting-store.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { chooseEngine } from './choose-engine.ts';
import type { FinishedRun } from './finished-run.ts';
import { resumeRun } from './resume-run.ts';
import { withStopSignals } from './stop-signals.ts';
import { findDriver } from './unfinished-run.ts';
import { waitForResult } from './wait-for-result.ts';
import { watchRun } from './watch-run.ts';

/** A decision about an open run. */
export interface DecisionToTell {
  decision: 'approve' | 'cancel';
  /** The run that a person has started. */
  root: RunRecord;
  /** The run that the decision is about: `root`, or the part of it that waits. */
  subject: string;
}

/** How long a decision may lie before it is said that nobody has taken it up; who drives a run looks every second. */
const patienceMs = 30_000;
/** An event that comes before its run has begun to wait is lost. */
const repeatMs = 10_000;

/**
 * Lets a run go on, or ends it, whoever drives it: an Inngest server is sent the event; a living process here or
 * elsewhere finds the decision in the repository; where its process is gone, this one takes the run up. Follows the run
 * to its end and hands that to `tell`. @throws UnavailableError where nobody takes the decision, CancelledError.
 */
export async function decide<T>(
  terminal: Terminal,
  workspace: Workspace,
  decided: DecisionToTell & { tell: (workspace: Workspace, finished: FinishedRun) => Promise<T> },
): Promise<T> {
  const { root, subject, decision, tell } = decided;
  const driver = await findDriver(workspace.config.stateFolder, root.engineRunId);
  const byInngest = driver === undefined && chooseEngine(readEnvironment()).kind === 'inngest';
  const { repository } = workspace;
  const object = root.target ?? root.connection;
  await writeAudit(repository, { ...whoRunsThis(), what: decision, object, run: root.id, outcome: 'accepted' });
  await writeDecision(repository, subject, decision);
  let isAlive = driver?.isAlive;
  if (driver?.unfinished && !isAlive) {
    try {
      return await resumeRun(terminal, driver.unfinished, tell);
    } catch (cause) {
      // Another process was quicker to take it up, and finds the decision.
      if (!(cause instanceof RefusedError) || cause.code !== 'journal_in_use') throw cause;
      isAlive = true;
    }
  }
  const look = byInngest ? await sendUntilTaken(workspace, decided) : lookForTaker(workspace, { decided, isAlive });
  return tell(workspace, await follow(terminal, workspace, { runId: root.id, look }));
}

/** Sends the event, and an approval again as long as the run waits on. */
async function sendUntilTaken(
  { repository }: Workspace,
  { decision, root, subject }: DecisionToTell,
): Promise<() => Promise<void>> {
  // Loaded here: with a local runner nothing of it is needed.
  const { runApproved, runCancelled } = await import('#inngest/events.ts');
  const { sendToInngest } = await import('./send-to-inngest.ts');
  const event =
    decision === 'approve'
      ? { name: runApproved.name, data: { run: subject } }
      : { name: runCancelled.name, data: { run: root.id, eventId: root.eventId } };
  await sendToInngest(event);
  let sentAt = Date.now();
  return async () => {
    if (decision === 'cancel' || Date.now() - sentAt < repeatMs) return;
    if ((await readWaiting(repository, subject)) === undefined) return;
    await sendToInngest(event);
    sentAt = Date.now();
  };
}

/** `isAlive` is `undefined` where no journal on this machine has the run: it may be driven anywhere. */
function lookForTaker(
  { repository }: Workspace,
  { decided, isAlive }: { decided: DecisionToTell; isAlive: boolean | undefined },
): () => Promise<void> {
  const { decision, root, subject } = decided;
  const until = Date.now() + (isAlive === false ? 0 : patienceMs);
  return async () => {
    // Who is alive finishes the step under way first, and that may take long.
    if (isAlive || Date.now() < until) return;
    if (decision === 'approve' && (await readWaiting(repository, subject)) === undefined) return;
    const what = decision === 'approve' ? 'approval' : 'cancellation';
    const where = isAlive === false ? 'start the server again' : `\`holdfast resume ${root.id}\` where it was started`;
    throw new UnavailableError(`The ${what} of run ${root.id} is written down, but nobody has taken it up.`, {
      code: 'nobody_drives',
      hint: `It counts as soon as the run is driven again: ${where}. If an Inngest server runs it, set INNGEST_* here.`,
    });
  };
}

async function follow(
  terminal: Terminal,
  { repository }: Workspace,
  { runId, look }: { runId: string; look: () => Promise<void> },
): Promise<FinishedRun> {
  return withStopSignals(async ({ stop }) => {
    const ending = new AbortController();
    const { signal } = ending;
    const finished = watchRun(terminal, { repository, runId }, () =>
      waitForResult(repository, runId, { signal, look }),
    );
    const stopped = stop.then((signalName): never => {
      ending.abort();
      throw new CancelledError(`${signalName}: no longer following run ${runId}; it goes on.`, {
        code: 'no_longer_following',
        hint: `See \`holdfast show ${runId}\`.`,
      });
    });
    const result = await Promise.race([
      finished.catch((cause: unknown) => (signal.aborted ? stopped : Promise.reject(cause))),
      stopped,
    ]);
    return { runId, result, error: result.error };
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '#cli/output/terminal.ts';
import { CancelledError } from '#lib/errors/cancelled-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { findRunOfEvent } from '#lib/runs/find-run-of-event.ts';
import type { FinishedRun } from './finished-run.ts';
import { sendToInngest } from './send-to-inngest.ts';
import { withStopSignals } from './stop-signals.ts';
import { waitForResult } from './wait-for-result.ts';
import { watchRun } from './watch-run.ts';

const pollMs = 1_000;
const patienceMs = 20_000;

/**
 * Sends the event to the Inngest server that the environment names and follows the run through the repository. A signal
 * ends the following, not the run. @throws UnavailableError (server out of reach), CancelledError.
 */
export async function followInngest(
  terminal: Terminal,
  options: { event: { id: string; ts: number; name: string; data: unknown }; repository: Repository; title: string },
): Promise<FinishedRun> {
  const { event, repository, title } = options;
  const eventIds = [event.id, ...(await sendToInngest(event))];
  return withStopSignals(async ({ stop }) => {
    const ending = new AbortController();
    let runId: string | undefined;
    const follow = async (): Promise<FinishedRun> => {
      const started = await waitForStart(terminal, { repository, eventIds, ts: event.ts, signal: ending.signal });
      runId = started;
      terminal.note(`${title}: run ${started}, run by Inngest`);
      const result = await watchRun(terminal, { repository, runId: started }, () =>
        waitForResult(repository, started, { signal: ending.signal }),
      );
      return { runId: started, result, error: result.error };
    };
    const stopped = stop.then((signal): never => {
      ending.abort();
      throw new CancelledError(`${signal}: no longer following ${title}; Inngest goes on with it.`, {
        code: 'no_longer_following',
        hint: runId === undefined ? 'See `holdfast runs`.' : `See \`holdfast show ${runId}\`.`,
      });
    });
    return Promise.race([
      follow().catch((cause: unknown) => (ending.signal.aborted ? stopped : Promise.reject(cause))),
      stopped,
    ]);
  });
}

async function waitForStart(
  terminal: Terminal,
  wanted: { repository: Repository; eventIds: readonly string[]; ts: number; signal: AbortSignal },
): Promise<string> {
  const { repository, eventIds, ts, signal } = wanted;
  let patience = Date.now() + patienceMs;
  for (;;) {
    const run = await findRunOfEvent(repository, { eventIds, sentAt: ts });
    if (run !== undefined) return run.id;
    if (Date.now() > patience) {
      terminal.note(
        'The run has not begun: is the app registered with Inngest, or does another run hold the connection?',
      );
      patience = Number.POSITIVE_INFINITY;
    }
    await sleep(pollMs, undefined, { signal });
  }
}

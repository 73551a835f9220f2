import { NonRetriableError } from 'inngest';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { RunRecord, RunResult, RunStatus } from '#lib/runs/run-record.ts';
import { closeRun } from '#lib/runs/run-store.ts';
import { recordError } from './carried-error.ts';
import { notifyRequested, type Outcome, outcomes } from './events.ts';
import type { RunSteps } from './run-step.ts';

/** How a run ended, before it is written down. */
export interface Ending {
  status: RunStatus;
  exitCode: RunResult['exitCode'];
  /** One line for people. */
  message: string;
  outcome: unknown;
  error: RunResult['error'];
}

/** The ending of a run whose step failed for good. */
export function failedEnding(cause: unknown): Ending {
  const error = recordError(cause);
  const status =
    error.exitCode === exitCodes.refused ? 'refused' : error.exitCode === exitCodes.cancelled ? 'cancelled' : 'failed';
  return { status, exitCode: error.exitCode, message: error.message, outcome: null, error };
}

/** The ending of a failed run whose target could not be made empty again: a person is needed, and told both. */
export function rollbackFailedEnding(ending: Ending, cause: unknown): Ending {
  const undo = recordError(cause);
  const message = `${undo.message} The restore itself had ended so: ${ending.message}`;
  const code = exitCodes.rollbackFailed;
  const error = { ...undo, name: 'RollbackFailedError', message, exitCode: code };
  return { ...ending, status: 'failed', exitCode: code, message, error };
}

interface EventSender {
  sendEvent(id: string, events: { name: string; data: Outcome; id: string }[]): Promise<unknown>;
}

/**
 * Closes the run with its whole timeline, sends the outcome event, and answers the outcome. A run that did not come to
 * a good end fails in the engine too, so that its dashboards and failure hooks tell the truth.
 */
export async function finishRun(
  { steps, step }: { steps: RunSteps; step: EventSender },
  { run, ending }: { run: RunRecord; ending: Ending },
): Promise<Outcome> {
  const outcome = toOutcome(run, ending);
  await steps.run('close', ({ repository }) => closeRun(repository, toResult(run, ending)));
  await tellOutcome(step, outcome, { isPart: run.parent !== null });
  if (ending.status !== 'completed') throw new NonRetriableError(ending.message);
  return outcome;
}

/**
 * Sends the outcome event, and asks for people to be told: of a part of another run they hear by that one. Their ids make
 * one event of two.
 */
export async function tellOutcome(
  step: EventSender,
  outcome: Outcome,
  { isPart = false }: { isPart?: boolean } = {},
): Promise<void> {
  const kind = outcome.status === 'completed' ? 'completed' : 'failed';
  const { name } = outcomes[outcome.kind][kind];
  await step.sendEvent('tell', [
    { name, data: outcome, id: `${outcome.run}.${kind}` },
    ...(isPart ? [] : [{ name: notifyRequested.name, data: outcome, id: `${outcome.run}.notify` }]),
  ]);
}

/** What other services are told of a run that has ended. */
export function toOutcome(run: RunRecord, ending: Ending): Outcome {
  return {
    run: run.id,
    kind: run.kind,
    status: ending.status,
    exitCode: ending.exitCode,
    connection: run.connection,
    target: run.target,
    backup: run.backup,
    message: ending.message,
  };
}

/** The result object of an ending. */
export function toResult(run: RunRecord, ending: Ending): Omit<RunResult, 'timeline'> {
  const completedAt = new Date();
  return {
    run,
    status: ending.status,
    exitCode: ending.exitCode,
    completedAt: completedAt.toISOString(),
    durationMs: Math.max(0, completedAt.getTime() - Date.parse(run.startedAt)),
    outcome: ending.outcome,
    error: ending.error,
  };
}

import { recordError } from '#inngest/carried-error.ts';
import type { RunOutcome } from '#inngest/local/journal-record.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RecordedError, RunResult } from '#lib/runs/run-record.ts';
import { readResult } from '#lib/runs/run-store.ts';

/** How a run ended, as its record says; where it could write none, as the engine says. */
export type FinishedRun =
  | { runId: string; result: RunResult; error: RecordedError | null }
  | { runId: string; result: undefined; error: RecordedError };

/** Reads how a run of the local runner ended. */
export async function readFinished(repository: Repository, runId: string, outcome: RunOutcome): Promise<FinishedRun> {
  const result = await readResult(repository, runId);
  if (result !== undefined) return { runId, result, error: result.error };
  return { runId, result: undefined, error: describeOutcome(runId, outcome) };
}

function describeOutcome(runId: string, outcome: RunOutcome): RecordedError {
  if (outcome.status === 'failed') {
    const error = new Error(outcome.error.message, { cause: outcome.error['cause'] });
    error.name = outcome.error.name;
    return recordError(error);
  }
  const cancelled = outcome.status === 'cancelled';
  return {
    name: cancelled ? 'CancelledError' : 'Error',
    code: cancelled ? 'run_cancelled' : 'result_missing',
    message: cancelled ? `Run ${runId} was cancelled: ${outcome.reason}.` : `Run ${runId} ended and left no result.`,
    hint: `See its steps with \`holdfast show ${runId}\`.`,
    exitCode: cancelled ? exitCodes.cancelled : exitCodes.unexpected,
  };
}

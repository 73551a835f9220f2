import type { RecordedError } from '#lib/runs/run-record.ts';

/** Puts the run's id into the commands of a hint, which say RUN: lib does not know by which run a person knows it. */
export function nameRun(error: RecordedError, runId: string): RecordedError {
  return { ...error, hint: error.hint.replaceAll(/(`holdfast [a-z]+ )RUN\b/g, `$1${runId}`) };
}

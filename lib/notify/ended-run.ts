import type { RunRecord, RunStatus } from '#lib/runs/run-record.ts';

/** A run that has ended, as its outcome event tells it. */
export interface EndedRun extends Pick<RunRecord, 'kind' | 'connection' | 'target' | 'backup'> {
  run: string;
  status: RunStatus;
  message: string;
}

/** The connection whose alarm it is: the one that could have lost something. `_`: the repository's own care. */
export function subjectOf({ connection, target }: Pick<EndedRun, 'connection' | 'target'>): string {
  return target ?? connection ?? '_';
}

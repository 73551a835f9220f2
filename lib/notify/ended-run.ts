import type { RunRecord, RunStatus } from '#lib/runs/run-record.ts';

/** A run that has ended, as its outcome event tells it. */
export interface EndedRun extends Pick<RunRecord, 'kind' | 'connection' | 'target' | 'backup'> {
  run: string;
  status: RunStatus;
  message: string;
}

/**
 * The connection whose alarm it is: the one that could have lost something, of a drill the one that is drilled, wherever
 * its copy is built. `_`: the repository's own care.
 */
export function subjectOf({ kind, connection, target }: Pick<EndedRun, 'kind' | 'connection' | 'target'>): string {
  return (kind === 'drill' ? connection : (target ?? connection)) ?? '_';
}

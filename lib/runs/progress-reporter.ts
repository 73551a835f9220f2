import type { Repository } from '#lib/repository/repository.ts';
import type { Progress } from './run-record.ts';
import { writeProgress } from './run-store.ts';
import { currentStep } from './step-at-work.ts';

const intervalMs = 1_000;

/** Counts a lane's work and writes it down at most once a second; a write that fails is tried again with the next. */
export interface ProgressReporter {
  add(delta: { rows?: number; bytes?: number; items?: number }): void;
  /** Writes what is left; call it before the step ends. */
  flush(): Promise<void>;
}

/** Starts at what earlier steps of the lane have done, and writes down at once which step is at work. */
export function reportProgress(
  repository: Repository,
  runId: string,
  start: Omit<Progress, 'updatedAt' | 'step'>,
): ProgressReporter {
  const step = currentStep();
  const counts = { ...start, ...(step !== undefined && { step }) };
  let written = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = (): void => {
    written = Date.now();
    // Progress is for watching only: a store that refuses it must not fail the work it tells about.
    writing = writeProgress(repository, runId, { ...counts, updatedAt: new Date().toISOString() }).catch(
      () => undefined,
    );
  };
  write();
  return {
    add({ rows = 0, bytes = 0, items = 0 }) {
      counts.rows += rows;
      counts.bytes += bytes;
      counts.items += items;
      if (Date.now() - written >= intervalMs) write();
    },
    async flush() {
      await writing;
      write();
      await writing;
    },
  };
}

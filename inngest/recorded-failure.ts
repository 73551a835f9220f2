import type { RecordedError } from '#lib/runs/run-record.ts';

/** A failure of another run or lane as the workflow handles it: branch on `recorded.name` and `recorded.code`. */
export class RecordedFailure extends Error {
  readonly recorded: RecordedError;

  constructor(recorded: RecordedError) {
    super(recorded.message);
    this.name = 'RecordedFailure';
    this.recorded = recorded;
  }
}

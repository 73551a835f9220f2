import { exitCodes, HoldfastError } from './holdfast-error.ts';

/** The session that held the exported snapshot is gone; the run opens a new epoch. */
export class SnapshotLostError extends HoldfastError {
  override readonly name = 'SnapshotLostError';
  override readonly exitCode = exitCodes.unexpected;
}

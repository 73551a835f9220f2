import type { CutoverView } from './read-evidence.ts';

/** Whether what served before a cut-over is still there, so that a rollback can bring it back. */
export function canComeBack({ details, kept }: CutoverView): boolean {
  return details.strategy === 'in-place' ? details.safetyBackup !== null : kept !== null;
}

import type { Ending } from '#inngest/finish-run.ts';
import type { InvokedEnding } from '#inngest/invoke-workflow.ts';
import type { SourceWrites } from '#lib/backup/source-writes.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';

/** The last part of the transfer that was begun did not come to a good end: its ending is the transfer's. */
export function endedEarly({ backup, restore }: { backup: InvokedEnding; restore?: InvokedEnding }): Ending {
  const { status, exitCode, error } = restore ?? backup;
  const outcome = {
    backup: { run: backup.run, ...asObject(backup.outcome) },
    ...(restore ? { restore: { run: restore.run, ...asObject(restore.outcome) } } : {}),
  };
  return { status, exitCode, message: error?.message ?? '', outcome, error };
}

/** The target serves the copy. */
export function transferredEnding(transfer: {
  from: string;
  to: string;
  fenced: boolean;
  backup: InvokedEnding;
  restore: InvokedEnding;
  writes: SourceWrites | null;
}): Ending {
  const { from, to, fenced, backup, restore, writes } = transfer;
  const since = fenced
    ? `${from} is read-only, so that nothing is written to the old home.`
    : writes === null
      ? `What was written to ${from} since its snapshot cannot be told.`
      : writes.rows === 0
        ? `Nothing was written to ${from} since.`
        : `About ${writes.rows} rows were written to ${from} since; they are not in ${to}.`;
  return {
    status: 'completed',
    exitCode: exitCodes.done,
    message: `${from} is transferred to ${to} and proven. ${since}`,
    outcome: {
      backup: { run: backup.run, ...asObject(backup.outcome) },
      restore: { run: restore.run, ...asObject(restore.outcome) },
      fenced,
      writes,
    },
    error: null,
  };
}

function asObject(outcome: unknown): object {
  return typeof outcome === 'object' && outcome !== null ? outcome : {};
}

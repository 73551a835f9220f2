import type { Ending } from '#inngest/finish-run.ts';
import type { InvokedEnding } from '#inngest/invoke-workflow.ts';
import type { DrillPlace } from '#lib/drill/choose-place.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

/** What every ending of a drill that came to its restore tells. */
export interface Drilled {
  connection: string;
  backup: string;
  /** Where the copy was built, in words. */
  on: string;
  place: DrillPlace;
  rtoMs: number | null;
  /** How many times the restore was begun; above 1 where the scratch server was lost. */
  attempts: number;
  restore: InvokedEnding;
}

/** The backup is proven, and how long its recovery takes is known. */
export function drilledEnding(drilled: Drilled): Ending {
  const { connection, backup, on, rtoMs } = drilled;
  const outcome = toDrillOutcome(drilled);
  const took = outcome.recoveryMs === null ? '' : ` in ${describeDuration(outcome.recoveryMs)}`;
  const late = outcome.recoveryMs !== null && rtoMs !== null && outcome.recoveryMs > rtoMs;
  const judged = late ? ` That is longer than the ${describeDuration(rtoMs)} that is promised (rto).` : '';
  const message = `Backup ${backup} of ${connection} was recovered on ${on}${took}, and proven.${judged} The copy is gone.`;
  return { status: 'completed', exitCode: exitCodes.done, message, outcome, error: null };
}

/** The restore did not come to a proven copy: its ending is the drill's. */
export function notDrilledEnding(drilled: Drilled): Ending {
  const { status, exitCode, error } = drilled.restore;
  if (error?.code === 'unknown_connection' && drilled.place.kind === 'scratch') {
    const message = `The scratch server of the drill is not on the machine that runs its steps: ${error.message}`;
    const hint = `Where several machines run the steps, name a connection: \`drill: { on: 'NAME' }\` of ${drilled.connection}.`;
    const elsewhere = { ...error, code: 'scratch_elsewhere', message, hint, exitCode: exitCodes.refused };
    return {
      status: 'refused',
      exitCode: exitCodes.refused,
      message,
      outcome: toDrillOutcome(drilled),
      error: elsewhere,
    };
  }
  return { status, exitCode, message: error?.message ?? '', outcome: toDrillOutcome(drilled), error };
}

function toDrillOutcome({ backup, on, rtoMs, attempts, restore }: Drilled) {
  const told: object = typeof restore.outcome === 'object' && restore.outcome !== null ? restore.outcome : {};
  const recoveryMs: unknown = Reflect.get(told, 'recoveryMs');
  return {
    backup,
    on,
    recoveryMs: typeof recoveryMs === 'number' ? recoveryMs : null,
    rtoMs,
    attempts,
    restore: { run: restore.run, ...told },
  };
}

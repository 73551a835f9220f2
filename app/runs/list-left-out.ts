import { drillOutcome, recoverOutcome, restoreOutcome, transferOutcome } from '#lib/run-view/outcome-schemas.ts';
import type { RunResult } from '#lib/runs/run-record.ts';

/** What of the backup a run's target could not take, and why. Pure. */
export function listLeftOut({ run: { kind }, outcome }: RunResult): { object: string; reason: string }[] {
  switch (kind) {
    case 'restore':
      return restoreOutcome.safeParse(outcome).data?.leftOut ?? [];
    case 'recover':
      return recoverOutcome.safeParse(outcome).data?.leftOut ?? [];
    case 'transfer':
      return transferOutcome.safeParse(outcome).data?.restore?.leftOut ?? [];
    case 'drill':
      return drillOutcome.safeParse(outcome).data?.restore.leftOut ?? [];
    default:
      return [];
  }
}

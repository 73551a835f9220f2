import { recoveryAddress } from '#app/recovery/recovery-choice.ts';
import { restoreAddress } from '#app/restore/restore-choice.ts';
import { transferAddress } from '#app/transfer/transfer-choice.ts';
import type { Action } from '#lib/access/may.ts';
import type { ListedRun } from '#lib/run-view/read-run-view.ts';
import { verifyOutcomeSchema } from '#lib/verify/conclude-verify.ts';

/** How the same can be asked for once more: on a guided page, or at an address of the API. */
export type Again = { action: Action } & ({ page: string } | { address: string; body: object });

const unsuccessful = ['refused', 'proof-failed', 'failed', 'cancelled', 'skipped'];

/**
 * For a run that did not come to a good end; `null` where nobody asks for such a run by hand, or on the page of another
 * one. As much of what was asked for as the run has kept: no run keeps the label of its backup, and one of a sample knows
 * that only once it has read it. Pure.
 */
export function planAgain({ run, status, result }: ListedRun): Again | null {
  const { kind, connection, target, backup } = run;
  if (!unsuccessful.includes(status) || connection === null) return null;
  const to = target ?? undefined;
  switch (kind) {
    case 'backup':
      return { action: 'start-backup', address: '/api/v1/backups', body: { connection } };
    case 'verify':
      if (backup === null) return null;
      return { action: 'verify', address: `/api/v1/backups/${connection}/${backup}/verify`, body: sampleOf(result) };
    case 'drill':
      return {
        action: 'drill',
        address: '/api/v1/drills',
        body: { connection, ...(backup === null ? {} : { backup }), ...(target === null ? {} : { to: target }) },
      };
    case 'restore':
      return backup === null ? null : { action: kind, page: restoreAddress({ backup, from: connection, to }) };
    case 'recover':
      return backup === null ? null : { action: kind, page: recoveryAddress({ backup, from: connection, to }) };
    case 'transfer':
      return { action: kind, page: transferAddress({ from: connection, to }) };
    default:
      return null;
  }
}

function sampleOf(result: ListedRun['result']): { sample?: number } {
  const sample = verifyOutcomeSchema.safeParse(result?.outcome).data?.sample ?? null;
  return sample === null ? {} : { sample: sample.percent };
}

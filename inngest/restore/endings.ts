import type { Ending } from '#inngest/finish-run.ts';
import type { Cutover } from '#lib/cutover/cutover.ts';
import { readCutover } from '#lib/cutover/cutover-store.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { ProofSummary } from '#lib/proof/summarize-proof.ts';
import type { Check } from '#lib/report/check.ts';
import { refusalOf } from '#lib/report/refusal.ts';
import type { RestorePreflight } from '#lib/restore/preflight-restore.ts';
import type { RestoreShape } from '#lib/restore/prepare-target.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/** What every ending of a restore that came to its proof tells. */
interface ProvenOrNot {
  backup: string;
  to: string;
  proof: ProofSummary;
  leftOut: RestoreShape['leftOut'];
  lanesNote: RestorePreflight['lanesNote'];
}

/** The target cannot take the backup, or must not. */
export function refusedEnding(backup: string, checks: readonly Check[]): Ending {
  const refusal = refusalOf(checks);
  if (refusal) return { ...refusal, outcome: { backup, preflight: checks } };
  throw new Error('A refusal without a failed check.');
}

/** The copy is live. */
export function liveEnding(cutover: Cutover, { to, ...outcome }: ProvenOrNot): Ending {
  const interrupted =
    cutover.interruptionMs === null ? '' : ` Clients were interrupted for ${cutover.interruptionMs} ms.`;
  return {
    status: 'completed',
    exitCode: exitCodes.done,
    message: `Backup ${outcome.backup} is restored to ${to} and proven: ${outcome.proof.checks} checks passed.${interrupted}`,
    outcome: { ...outcome, cutover },
    error: null,
  };
}

/** The copy is proven and stays beside the live database. Safe to run twice: reads only. */
export async function keptEnding(
  { repository }: Workspace,
  { run, to, ...outcome }: ProvenOrNot & { run: RunRecord },
): Promise<Ending> {
  const cutover = await readCutover(repository, run.id);
  return {
    status: 'completed',
    exitCode: exitCodes.done,
    message: `Backup ${outcome.backup} is restored beside ${to} and proven: ${outcome.proof.checks} checks passed. Nothing went live.`,
    outcome: { ...outcome, cutover: cutover ?? null },
    error: null,
  };
}

/** The copy was proven for a drill, and dropped. */
export function droppedEnding({ to, ...outcome }: ProvenOrNot & { recoveryMs: number | null }): Ending {
  return {
    status: 'completed',
    exitCode: exitCodes.done,
    message: `Backup ${outcome.backup} was restored beside ${to} and proven: ${outcome.proof.checks} checks passed. The copy is gone.`,
    outcome,
    error: null,
  };
}

/** The copy is not what the backup is. */
export function notProvenEnding({ to, ...outcome }: ProvenOrNot): Ending {
  const message = `The proof failed: ${outcome.proof.failures[0] ?? 'no check passed'}`;
  const hint = `Nothing went live, and ${to} is as it was. See every check with \`holdfast show RUN\`.`;
  const error = { name: 'ProofFailed', code: 'proof_failed', message, hint, exitCode: exitCodes.proofFailed };
  return { status: 'proof-failed', exitCode: exitCodes.proofFailed, message, outcome, error };
}

/** Nobody let the copy go live in time. */
export function notApprovedEnding({ to, ...outcome }: ProvenOrNot): Ending {
  const message = `Nobody approved the restore of backup ${outcome.backup} to ${to} in time.`;
  const hint = `Nothing went live, and ${to} is as it was. \`approvalTimeout\` in holdfast.config.ts says how long a run waits.`;
  const error = { name: 'CancelledError', code: 'not_approved', message, hint, exitCode: exitCodes.cancelled };
  return { status: 'cancelled', exitCode: exitCodes.cancelled, message, outcome, error };
}

import type { Ending } from '#inngest/finish-run.ts';
import type { RunSteps } from '#inngest/run-step.ts';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import type { ProofSummary } from '#lib/proof/summarize-proof.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { recordCheck } from '#lib/standing/check-store.ts';
import type { Restore } from './build-copy.ts';

/**
 * Keeps with the backup what a proof by content has found; one by counts proves too little. Answers how long a drill's
 * recovery took, from the beginning of its restore to here; `null` of other restores, which may have waited for a person.
 */
export async function recordProof(
  steps: RunSteps,
  { run, request, backup, proof }: Pick<Restore, 'run' | 'request' | 'backup'> & { proof: ProofSummary },
): Promise<number | null> {
  if (proof.level !== 'content') return null;
  return steps.run('record-proof', async ({ repository }) => {
    // Safe to run twice: the same run writes the same key.
    const at = new Date();
    const recoveryMs = request.drill ? Math.max(0, at.getTime() - Date.parse(run.startedAt)) : null;
    const found = proof.passed ? `${proof.checks} checks passed` : (proof.failures[0] ?? 'no check passed');
    const how = `${request.drill ? 'restored for a drill' : `restored to ${request.to}`} and compared by content: ${found}`;
    const { passed } = proof;
    const check = { kind: 'proof', passed, run: run.id, at: at.toISOString(), how, recoveryMs } as const;
    await recordCheck(repository, backup, check).catch((cause: unknown) => {
      // A restore is there for its copy: who may only read backups gets it all the same. A drill is there for the check.
      const isDenied = cause instanceof StorageError && cause.code === 'storage_denied';
      if (request.drill || !isDenied) throw cause;
    });
    return proof.passed ? recoveryMs : null;
  });
}

/**
 * Keeps with the backup that a restore found one of its objects damaged: as a reading of a part of them, so that only a
 * whole verification that passes lifts it. Safe to run twice: the same run writes the same key.
 */
export async function recordDamage(
  steps: RunSteps,
  { run, backup, ending }: { run: RunRecord; backup: BackupKey; ending: Pick<Ending, 'message' | 'error'> },
): Promise<void> {
  if (!isOfBackup(ending)) return;
  await steps
    .run('record-damage', ({ repository }) => {
      const about = { run: run.id, at: new Date().toISOString(), recoveryMs: null };
      return recordCheck(repository, backup, {
        ...about,
        kind: 'sample',
        passed: false,
        how: `restored: ${ending.message}`,
      });
    })
    // The run's own result says it too, and that is not to be lost for this.
    .catch(() => undefined);
}

/** What a run keeps for itself may be damaged too, and says nothing about the backup. */
function isOfBackup({ message, error }: Pick<Ending, 'message' | 'error'>): boolean {
  return error?.exitCode === exitCodes.damaged && error.code !== 'run_state_missing' && !message.startsWith('runs/');
}

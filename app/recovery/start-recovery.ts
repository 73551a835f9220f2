import type { z } from 'zod';
import { requireConsent, requireRightName } from '#app/cutover/require-consent.ts';
import type { Caller } from '#app/http/identify.ts';
import { findAllowedBackup } from '#app/restore/find-allowed-backup.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { recoverRequested } from '#inngest/events.ts';
import { splitConsent } from '#lib/cutover/split-consent.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { previewRecovery, type RecoveryPreview } from '#lib/recovery/preview-recovery.ts';
import { requireUndamaged } from '#lib/standing/require-undamaged.ts';

/** What a recovery of tables is asked for with: the fields of its event. */
export const recoveryBody = recoverRequested.schema.strict();
export type RecoveryBody = z.infer<typeof recoveryBody>;
export const recoveryHint =
  'Send {"backup": "latest", "from": "production", "to": "production", "tables": ["public.orders"], "schema": "rescue"}.';

/**
 * Starts a recovery of tables for a caller: 202 `{ event, run }`, `run` being `null` where it has not begun yet.
 * @throws RefusedError (rights, a check of the preflight), UsageError (a table there is not), DamagedError.
 */
export async function startRecovery(
  caller: Caller,
  { asked, key }: { asked: RecoveryBody; key: string | null },
): Promise<{ event: string; run: string | null }> {
  const { workspace, backup } = await findAllowedBackup(caller, { action: 'recover', asked });
  const { backupId, connection } = backup;
  return startOnce(caller, workspace.repository, {
    ...{ name: recoverRequested.name, data: { ...asked, backup: backupId, from: connection }, key, asked },
    check: async () => {
      requireRightName(asked);
      await requireUndamaged(workspace.repository, backup);
      const { checks } = await previewRecovery(workspace, { request: asked, backup });
      requireConsent(splitConsent(checks), asked);
    },
  });
}

/** The preflight of a recovery, before anything is begun. @throws as `startRecovery`, but for what the preview tells. */
export async function lookAtRecovery(
  caller: Caller,
  asked: RecoveryBody,
): Promise<RecoveryPreview & { backup: BackupKey }> {
  const { workspace, backup } = await findAllowedBackup(caller, { action: 'recover', asked });
  await requireUndamaged(workspace.repository, backup);
  return { backup, ...(await previewRecovery(workspace, { request: asked, backup })) };
}

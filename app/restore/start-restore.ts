import type { z } from 'zod';
import { requireNoConflict } from '#app/cutover/cutover-choice.ts';
import { requireConsent, requireRightName } from '#app/cutover/require-consent.ts';
import type { Caller } from '#app/http/identify.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { restoreRequested } from '#inngest/events.ts';
import { type CutoverPreview, previewRestore } from '#lib/cutover/preview-cutover.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { requireUndamaged } from '#lib/standing/require-undamaged.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { findAllowedBackup } from './find-allowed-backup.ts';

/** What a restore may be asked for with; a drill and a part of a run are started otherwise. */
export const restoreBody = restoreRequested.schema.omit({ drill: true, parent: true }).strict();
export type RestoreBody = z.infer<typeof restoreBody>;
export const restoreHint =
  'Send {"backup": "latest", "from": "production", "to": "staging"}, and "confirm": "staging" where it replaces something.';

/**
 * Starts a restore for a caller: 202 `{ event, run }`, `run` being `null` where it has not begun yet.
 * @throws RefusedError (rights, a check of the preflight), UsageError, DamagedError (a backup known to be damaged).
 */
export async function startRestore(
  caller: Caller,
  { asked, key }: { asked: RestoreBody; key: string | null },
): Promise<{ event: string; run: string | null }> {
  requireNoConflict(asked);
  const { workspace, backup } = await findAllowedBackup(caller, { action: 'restore', asked });
  const { backupId, connection } = backup;
  return startOnce(caller, workspace.repository, {
    ...{ name: restoreRequested.name, data: { ...asked, backup: backupId, from: connection }, key, asked },
    check: async () => {
      requireRightName(asked);
      requireConsent(await look(workspace, asked, backup), asked);
    },
  });
}

/** The preflight of a restore, before anything is begun. @throws as `startRestore`, but for what the preview tells. */
export async function lookAtRestore(
  caller: Caller,
  asked: RestoreBody,
): Promise<CutoverPreview & { backup: BackupKey }> {
  requireNoConflict(asked);
  const { workspace, backup } = await findAllowedBackup(caller, { action: 'restore', asked });
  return { backup, ...(await look(workspace, asked, backup)) };
}

async function look(workspace: Workspace, asked: RestoreBody, backup: BackupKey): Promise<CutoverPreview> {
  await requireUndamaged(workspace.repository, backup);
  return previewRestore(workspace, { request: asked, backup });
}

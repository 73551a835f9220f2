import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import type { Action } from '#lib/access/may.ts';
import { requireBackup } from '#lib/backup-view/require-backup.ts';
import type { BackupKey } from '#lib/manifest/manifest-store.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import type { BackupContext } from './backup-context.ts';

interface Change<B> {
  action: Action;
  /** How the audit log calls it, where that is not the action. */
  what?: string;
  /** Reads what is asked for, before anything is begun. */
  read: () => Promise<B>;
  /** Small facts for the audit log. */
  detail?: (body: B) => Record<string, string | number | boolean | null>;
}

/**
 * Answers a request that changes something of a backup: asks for the right to do so with its connection, does it, and
 * keeps that in the audit log.
 */
export async function changeBackup<B>(
  request: Request,
  context: BackupContext,
  { action, what = action, read, detail }: Change<B>,
  change: (workspace: Workspace, backup: BackupKey, body: B) => Promise<unknown>,
): Promise<Response> {
  const { connection, id: backupId } = await context.params;
  return answer(request, { action, connections: [connection] }, async (caller) => {
    const workspace = await openWorkspace();
    const backup = await requireBackup(workspace.repository, { connection, backupId });
    const body = await read();
    const note = { what, object: backupId, detail: { connection, ...detail?.(body) } };
    return audited(caller, note, () => change(workspace, backup, body));
  });
}

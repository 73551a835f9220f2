import { UsageError } from '#lib/errors/usage-error.ts';
import { findBackup } from '#lib/manifest/manifest-store.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';

/**
 * What the record of a run says of the backup that it is asked to read: which one is meant now, and whose it is. By that
 * is decided who may see the run. What names none, or several, stays as it was asked for: the run tells it when it looks.
 */
export async function nameBackup(
  { repository }: Workspace,
  { backup, from }: { backup: string; from?: string | undefined },
): Promise<Pick<RunRecord, 'backup' | 'connection'>> {
  try {
    const found = await findBackup(repository, { backup, connection: from });
    return { backup: found.backupId, connection: found.connection };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    return { backup, connection: from ?? null };
  }
}

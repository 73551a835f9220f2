import { z } from 'zod';
import type { BackupContext } from '#app/backups/backup-context.ts';
import { changeBackup } from '#app/backups/change-backup.ts';
import { readJson } from '#app/http/read-body.ts';
import { unpinBackup } from '#lib/standing/pin-store.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Lets pruning have a backup again: `{ connection, backupId, pin: null }`; one that is not pinned stays so. */
export function POST(request: Request, context: BackupContext): Promise<Response> {
  const read = () => readJson(request, z.strictObject({}), 'Send {}.');
  return changeBackup(request, context, { action: 'pin', what: 'unpin', read }, async ({ repository }, backup) => {
    await unpinBackup(repository, backup);
    return { ...backup, pin: null };
  });
}

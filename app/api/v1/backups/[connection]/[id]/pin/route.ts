import type { BackupContext } from '#app/backups/backup-context.ts';
import { changeBackup } from '#app/backups/change-backup.ts';
import { readJson } from '#app/http/read-body.ts';
import { pinBackup } from '#lib/standing/pin-store.ts';
import { pinBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Send {"reason": "before the audit"}, or {}.';

/** Keeps a backup from pruning: `{ connection, backupId, pin }`. Pinning again replaces the reason. */
export function POST(request: Request, context: BackupContext): Promise<Response> {
  const read = () => readJson(request, pinBody, hint);
  return changeBackup(
    request,
    context,
    { action: 'pin', read, detail: ({ reason }) => ({ reason }) },
    async ({ repository }, backup, { reason }) => {
      const pin = { pinnedAt: new Date().toISOString(), reason };
      await pinBackup(repository, backup, pin);
      return { ...backup, pin };
    },
  );
}

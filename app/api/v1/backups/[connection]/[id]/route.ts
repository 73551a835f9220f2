import type { BackupContext } from '#app/backups/backup-context.ts';
import { describeView } from '#app/backups/describe-view.ts';
import { answer } from '#app/http/answer.ts';
import { readBackupView } from '#lib/backup-view/read-backup-view.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/**
 * One backup: `{ connection, backupId, outline, problem, marks, checks, pin, formats, unread, contents }`. `outline` is
 * `null` and `problem` says why where the manifest cannot be read; `contents` is `null` where its key is not given.
 */
export async function GET(request: Request, { params }: BackupContext): Promise<Response> {
  const { connection, id: backupId } = await params;
  return answer(request, { action: 'read', connections: [connection] }, async () => {
    const { repository } = await openWorkspace();
    return describeView(await readBackupView(repository, { connection, backupId }));
  });
}

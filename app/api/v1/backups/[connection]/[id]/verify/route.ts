import type { BackupContext } from '#app/backups/backup-context.ts';
import { answer } from '#app/http/answer.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { verifyRequested } from '#inngest/events.ts';
import { requireBackup } from '#lib/backup-view/require-backup.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { verifyBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Send {} to read every object, or {"sample": 10} for a tenth of the bytes.';

/**
 * Reads every object of a backup, or a sample: 202 `{ event, run }`, `run` being `null` where it has not begun yet. Takes
 * an `Idempotency-Key`.
 */
export async function POST(request: Request, { params }: BackupContext): Promise<Response> {
  const { connection, id: backupId } = await params;
  return answer(request, { action: 'verify', connections: [connection], status: 202 }, async (caller) => {
    const { sample } = await readJson(request, verifyBody, hint);
    const { repository } = await openWorkspace();
    await requireBackup(repository, { connection, backupId });
    const data = { backup: backupId, from: connection, ...(sample === undefined ? {} : { sample }) };
    const check = async (): Promise<void> => undefined;
    return startOnce(caller, repository, {
      ...{ name: verifyRequested.name, data, key: idempotencyKey(request), asked: data, check },
    });
  });
}

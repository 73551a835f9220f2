import type { BackupContext } from '#app/backups/backup-context.ts';
import { changeBackup } from '#app/backups/change-backup.ts';
import { readJson } from '#app/http/read-body.ts';
import { startRun } from '#app/runs/start-run.ts';
import { verifyRequested } from '#inngest/events.ts';
import { verifyBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Send {} to read every object, or {"sample": 10} for a tenth of the bytes.';

/** Reads every object of a backup, or a sample: 202 `{ event, run }`, `run` being `null` where it has not begun yet. */
export function POST(request: Request, context: BackupContext): Promise<Response> {
  const read = () => readJson(request, verifyBody, hint);
  return changeBackup(
    request,
    context,
    { action: 'verify', status: 202, read, detail: ({ sample = null }) => ({ sample }) },
    ({ repository }, { connection, backupId }, { sample }) => {
      const data = { backup: backupId, from: connection, ...(sample === undefined ? {} : { sample }) };
      return startRun(repository, { name: verifyRequested.name, data });
    },
  );
}

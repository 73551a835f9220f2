import type { BackupContext } from '#app/backups/backup-context.ts';
import { download } from '#app/backups/download.ts';
import { sendObject } from '#app/backups/send-object.ts';
import { audited } from '#app/http/audited.ts';
import { authorize } from '#app/http/authorize.ts';
import { toProblem } from '#app/http/problem.ts';
import { requireBackup } from '#lib/backup-view/require-backup.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { readStoredFormats } from '#lib/export/formats/stored-formats.ts';
import { backupPrefix } from '#lib/repository/repository-keys.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds. */
export const maxDuration = 300;

/** A file of a format that lies beside the backup: `?file=formats/database.sql.zst`, one of those that its record names. */
export async function GET(request: Request, { params }: BackupContext): Promise<Response> {
  const { connection, id: backupId } = await params;
  try {
    const caller = await authorize(request, { action: 'export', connections: [connection] });
    const { repository } = await openWorkspace();
    const backup = await requireBackup(repository, { connection, backupId });
    const wanted = new URL(request.url).searchParams.get('file');
    const formats = await readStoredFormats(repository, backup);
    const found = formats.flatMap(({ files }) => files).find(({ path }) => path === wanted);
    if (found === undefined) {
      throw new UsageError(`Backup ${backupId} has no stored file ${JSON.stringify(wanted)}.`, {
        code: 'no_such_file',
        hint: 'GET of the backup lists `formats` with their files.',
      });
    }
    const file = `${connection}-${backupId}-${found.path.split('/').at(-1)}`;
    const detail = { connection, file: found.path };
    return await audited(caller, { what: 'export', object: backupId, detail }, () =>
      download(
        { file, type: 'application/octet-stream', size: found.bytes, signal: request.signal },
        (stream, signal) =>
          sendObject(
            repository,
            { key: `${backupPrefix(backup)}${found.path}`, size: found.bytes },
            { stream, signal },
          ),
      ),
    );
  } catch (cause) {
    return toProblem(cause);
  }
}

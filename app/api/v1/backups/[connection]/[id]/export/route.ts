import type { z } from 'zod';
import type { BackupContext } from '#app/backups/backup-context.ts';
import { download } from '#app/backups/download.ts';
import { fileOf, sendExport } from '#app/backups/send-export.ts';
import { audited } from '#app/http/audited.ts';
import { authorize } from '#app/http/authorize.ts';
import { toProblem } from '#app/http/problem.ts';
import { requireBackup } from '#lib/backup-view/require-backup.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { readManifest } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { exportQuery } from './query.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds. */
export const maxDuration = 300;

/**
 * A backup in another format, as one file, written while it is read: `?format=sql` the compressed script of everything or,
 * with `table=`, of some; `?format=csv&table=public.orders` and `json` one table. Stops where the client goes away.
 */
export async function GET(request: Request, { params }: BackupContext): Promise<Response> {
  const { connection, id: backupId } = await params;
  try {
    const caller = await authorize(request, { action: 'export', connections: [connection] });
    const { repository } = await openWorkspace();
    const backup = await requireBackup(repository, { connection, backupId });
    const wanted = parseQuery(request);
    const manifest = await readManifest(repository, backup);
    const { file, type } = fileOf(manifest, wanted);
    const detail = { connection, format: wanted.format, table: wanted.table ?? null };
    return await audited(caller, { what: 'export', object: backupId, detail }, () =>
      download({ file, type, signal: request.signal }, (stream, signal) =>
        sendExport({ repository, manifest, ...wanted }, { stream, signal }),
      ),
    );
  } catch (cause) {
    return toProblem(cause);
  }
}

function parseQuery(request: Request): z.infer<typeof exportQuery> {
  const query = exportQuery.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  const isWhole = query.success && (query.data.format === 'sql' || query.data.table !== undefined);
  if (query.success && isWhole) return query.data;
  throw new UsageError('The query does not say what is to be exported.', {
    code: 'bad_query',
    hint: 'Ask for format=sql, or for format=csv or format=json with table=public.orders: these are one table each.',
    cause: query.error,
  });
}

import { answer } from '#app/http/answer.ts';
import { readPage, takePage } from '#app/http/read-page.ts';
import { isInScope } from '#lib/access/identity.ts';
import { listBackups } from '#lib/manifest/manifest-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ backups: [{ connection, backupId }], next }`, newest first, of all connections or of one. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const page = readPage(request);
    const { repository } = await openWorkspace();
    const found = await listBackups(repository, page.connection);
    const all = found.filter(({ connection }) => isInScope(identity, [connection]));
    const { items, next } = takePage(all, { ...page, idOf: ({ backupId }) => backupId });
    return { backups: items, next };
  });
}

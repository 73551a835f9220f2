import { answer } from '#app/http/answer.ts';
import { readPage } from '#app/http/read-page.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ entries, unreadable, next }`, newest first. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'see-audit' }, async () => {
    const { limit, before } = readPage(request);
    const { repository } = await openWorkspace();
    return listAudit(repository, { limit, before });
  });
}

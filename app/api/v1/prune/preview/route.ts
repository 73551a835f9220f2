import { answer } from '#app/http/answer.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import { readJson } from '#app/http/read-body.ts';
import { planPrune } from '#lib/retention/plan-prune.ts';
import { previewSweep } from '#lib/retention/preview-sweep.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { prunePreviewBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: every manifest is read. */
export const maxDuration = 300;

const hint = 'Send {}, or {"connection": "production"}.';

/**
 * What a prune would do now, and why: `{ backups: [{ connection, backupId, keptBy }], sweep: { chunks, bytes, young,
 * heldBack } }`. A backup that nothing keeps would go. Changes nothing. What would be swept is of all connections: `sweep`
 * is `null` for who is limited to some.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'prune', connections: 'later' }, async (caller) => {
    const { connection } = await readJson(request, prunePreviewBody, hint);
    await requireRightOf(caller, { action: 'prune', connections: connection === undefined ? [] : [connection] });
    const workspace = await openWorkspace();
    const backups = await planPrune(workspace, { connection, now: new Date() });
    return { backups, sweep: caller.identity.scope === null ? await previewSweep(workspace, backups) : null };
  });
}

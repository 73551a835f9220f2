import { answer } from '#app/http/answer.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { startOnce } from '#app/runs/start-once.ts';
import { pruneRequested } from '#inngest/events.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { pruneBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Look at POST /api/v1/prune/preview first, then send {"confirm": "prune"}.';

/**
 * Removes what no rule keeps: 202 `{ event, run }`, `run` being `null` where it has not begun. Takes an
 * `Idempotency-Key`. Not for who is limited to some connections: chunks are swept of all.
 */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'prune', connections: 'later', status: 202 }, async (caller) => {
    const { connection } = await readJson(request, pruneBody, hint);
    // Whatever connection is named: the chunks that are swept are anybody's.
    await requireRightOf(caller, { action: 'prune', connections: [] });
    const { repository } = await openWorkspace();
    const data = connection === undefined ? {} : { connection };
    const check = async (): Promise<void> => undefined;
    return startOnce(caller, repository, {
      ...{ name: pruneRequested.name, data, key: idempotencyKey(request), asked: data, check },
    });
  });
}

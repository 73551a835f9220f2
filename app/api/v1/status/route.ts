import { answer } from '#app/http/answer.ts';
import { readVisiblePromises } from '#app/overview/read-visible-promises.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ connections }`: how each stands against what is promised of it, as `holdfast status --json` tells it. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const connections = await readVisiblePromises(await openWorkspace(), identity);
    return { connections };
  });
}

import { answer } from '#app/http/answer.ts';
import { readPage } from '#app/http/read-page.ts';
import { readResult, readRun } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { listRuns } from './list-runs.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ runs, next }`, newest first. `status` of a run that has no result yet is `open`. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const page = readPage(request);
    const { repository } = await openWorkspace();
    const { items, next } = await listRuns(repository, identity, page);
    const runs = await Promise.all(
      items.map(async (id) => {
        const result = await readResult(repository, id);
        if (result === undefined) return { ...((await readRun(repository, id)) ?? { id }), status: 'open' };
        const { run, status, exitCode, completedAt, durationMs, error } = result;
        return { ...run, status, exitCode, completedAt, durationMs, error };
      }),
    );
    return { runs, next };
  });
}

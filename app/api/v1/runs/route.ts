import { answer } from '#app/http/answer.ts';
import { readPage, takePage } from '#app/http/read-page.ts';
import { listRunIds, readResult, readRun } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ runs, next }`, newest first. `status` of a run that has no result yet is `open`. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async () => {
    const page = readPage(request);
    const { repository } = await openWorkspace();
    const { items, next } = takePage(await listRunIds(repository), { ...page, idOf: (id) => id });
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

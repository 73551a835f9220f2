import { answer } from '#app/http/answer.ts';
import { readPage } from '#app/http/read-page.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ runs, next }`, newest first. `status` of a run that has no result yet is `open`. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const page = readPage(request);
    const { repository } = await openWorkspace();
    const { runs, next } = await listRunSummaries(repository, {
      ...{ limit: page.limit, before: page.before, connection: page.connection },
      isVisible: (run) => isRunInScope(identity, run),
    });
    const listed = runs.map(({ run, status, exitCode, completedAt, durationMs, error }) =>
      exitCode === null ? { ...run, status: 'open' } : { ...run, status, exitCode, completedAt, durationMs, error },
    );
    return { runs: listed, next };
  });
}

import { answer } from '#app/http/answer.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { isRunId } from '#lib/runs/run-id.ts';
import { readProgress, readResult, readRun, readSteps } from '#lib/runs/run-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** One run: its result with the timeline, or, while it is open, its steps and the progress of its lanes so far. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const { id } = await params;
    if (!isRunId(id)) throw unknownRun(id);
    const { repository } = await openWorkspace();
    const result = await readResult(repository, id);
    const run = result?.run ?? (await readRun(repository, id));
    // Who is limited to other connections is not told that there is one.
    if (run === undefined || !isRunInScope(identity, run)) throw unknownRun(id);
    if (result !== undefined) return result;
    const [timeline, progress] = await Promise.all([readSteps(repository, id), readProgress(repository, id)]);
    return { run, status: 'open', timeline, progress };
  });
}

function unknownRun(id: string): UsageError {
  return new UsageError(`There is no run ${JSON.stringify(id)}.`, {
    code: 'unknown_run',
    hint: 'GET /api/v1/runs lists them.',
  });
}

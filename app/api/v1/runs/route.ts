import { answer } from '#app/http/answer.ts';
import { readQuery } from '#app/http/read-page.ts';
import { isRunInScope } from '#lib/access/run-scope.ts';
import { type ListedRun, listRunSummaries } from '#lib/run-view/list-run-summaries.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { runsQuery } from './query.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'It takes limit (1 to 200), before (an id), connection, kind and status.';

/**
 * `{ runs, next }`, newest first. `status` of a run that has no result yet is `open`, and `standing` says what it does; of
 * one whose record cannot be read there is `{ id, problem }`.
 */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const query = readQuery(request, { schema: runsQuery, hint });
    const { repository } = await openWorkspace();
    const { runs, next } = await listRunSummaries(repository, {
      ...query,
      isVisible: (run) => isRunInScope(identity, run),
      onlyReadable: identity.scope !== null,
    });
    return { runs: runs.map(toRow), next };
  });
}

function toRow({ id, summary, problem }: ListedRun) {
  if (summary === null) return { id, problem };
  const { run, status, exitCode, completedAt, durationMs, error } = summary;
  if (exitCode === null) return { ...run, status: 'open', standing: status };
  return { ...run, status, exitCode, completedAt, durationMs, error };
}

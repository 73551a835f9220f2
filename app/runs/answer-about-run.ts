import { answer } from '#app/http/answer.ts';
import type { Caller } from '#app/http/identify.ts';
import type { Action } from '#lib/access/may.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { requireRoot } from './require-run.ts';

/**
 * Answers a request that changes or starts something about a run, or about the one that that is a part of, after asking
 * for the right to do so with its connections. 202: what was asked for goes on by itself.
 */
export function answerAboutRun(
  request: Request,
  { action, id }: { action: Action; id: string },
  act: (caller: Caller, about: { workspace: Workspace; root: RunRecord }) => Promise<unknown>,
): Promise<Response> {
  return answer(request, { action, connections: 'later', status: 202 }, async (caller) => {
    const workspace = await openWorkspace();
    const root = await requireRoot(workspace.repository, { id, caller, action });
    return act(caller, { workspace, root });
  });
}

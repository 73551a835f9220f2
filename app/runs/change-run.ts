import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import type { Action } from '#lib/access/may.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { noteOfRun } from './note-of-run.ts';
import { requireRoot } from './require-run.ts';

/**
 * Answers a request that changes something of a run, or of the run that it is a part of: asks for the right to do so
 * with its connections, does it, and keeps that in the audit log. 202: what was asked for goes on by itself.
 */
export function changeRun(
  request: Request,
  { action, id }: { action: Action; id: string },
  change: (workspace: Workspace, root: RunRecord) => Promise<unknown>,
): Promise<Response> {
  return answer(request, { action, connections: 'later', status: 202 }, async (caller) => {
    const workspace = await openWorkspace();
    const root = await requireRoot(workspace.repository, { id, caller, action });
    return audited(caller, noteOfRun(action, root), () => change(workspace, root));
  });
}

import { audited } from '#app/http/audited.ts';
import type { Action } from '#lib/access/may.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { answerAboutRun } from './answer-about-run.ts';
import { noteOfRun } from './note-of-run.ts';

/**
 * Answers a request that changes something of a run, or of the run that it is a part of: does it, and keeps that in the
 * audit log.
 */
export function changeRun(
  request: Request,
  { action, id }: { action: Action; id: string },
  change: (workspace: Workspace, root: RunRecord) => Promise<unknown>,
): Promise<Response> {
  return answerAboutRun(request, { action, id }, (caller, { workspace, root }) =>
    audited(caller, noteOfRun(action, root), () => change(workspace, root)),
  );
}

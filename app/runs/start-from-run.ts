import type { z } from 'zod';
import { answer } from '#app/http/answer.ts';
import type { AuditedAction } from '#app/http/audited.ts';
import type { Caller } from '#app/http/identify.ts';
import { readJson } from '#app/http/read-body.ts';
import type { Action } from '#lib/access/may.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { noteOfRun } from './note-of-run.ts';
import { requireRoot } from './require-run.ts';

interface AskedFromRun<T> {
  action: Action;
  id: string;
  body: z.ZodType<T>;
  hint: string;
}

/** What a run is started from: the run that a person has started, what was asked for, and what the log keeps of it. */
export interface StartedFrom<T> {
  workspace: Workspace;
  root: RunRecord;
  asked: T;
  note: AuditedAction;
}

/** Answers a request to start a run about another one, or about the one that that is a part of: 202 `{ event, run }`. */
export function startFromRun<T>(
  request: Request,
  { action, id, body, hint }: AskedFromRun<T>,
  start: (caller: Caller, from: StartedFrom<T>) => Promise<{ event: string; run: string | null }>,
): Promise<Response> {
  return answer(request, { action, connections: 'later', status: 202 }, async (caller) => {
    const workspace = await openWorkspace();
    const root = await requireRoot(workspace.repository, { id, caller, action });
    const asked = await readJson(request, body, hint);
    return start(caller, { workspace, root, asked, note: noteOfRun(action, root) });
  });
}

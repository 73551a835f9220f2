import type { z } from 'zod';
import type { AuditedAction } from '#app/http/audited.ts';
import type { Caller } from '#app/http/identify.ts';
import { readJson } from '#app/http/read-body.ts';
import type { Action } from '#lib/access/may.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { answerAboutRun } from './answer-about-run.ts';
import { noteOfRun } from './note-of-run.ts';

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
  return answerAboutRun(request, { action, id }, async (caller, { workspace, root }) => {
    const asked = await readJson(request, body, hint);
    return start(caller, { workspace, root, asked, note: noteOfRun(action, root) });
  });
}

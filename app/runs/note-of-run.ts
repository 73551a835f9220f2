import type { AuditedAction } from '#app/http/audited.ts';
import type { Action } from '#lib/access/may.ts';
import { connectionsOfRun } from '#lib/access/run-scope.ts';
import type { RunRecord } from '#lib/runs/run-record.ts';

/** What the audit log keeps of something that is done about a run. */
export function noteOfRun(action: Action, run: RunRecord): AuditedAction {
  return { what: action, object: connectionsOfRun(run).join(', ') || null, run: run.id };
}

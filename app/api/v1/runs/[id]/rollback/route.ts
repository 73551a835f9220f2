import { readJson } from '#app/http/read-body.ts';
import { changeRun } from '#app/runs/change-run.ts';
import { startRollback } from '#app/runs/start-rollback.ts';
import { rollbackBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the database first. */
export const maxDuration = 60;

const hint = 'Send {} or, for a protected target, {"confirm": "<name of the target>"}.';

/** Brings back what a run has put aside: 202 `{ event, run }`, `run` being the rollback, `null` where it has not begun yet. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return changeRun(request, { action: 'rollback', id: (await params).id }, async (workspace, { id: run }) =>
    startRollback(workspace, { run, ...(await readJson(request, rollbackBody, hint)) }),
  );
}

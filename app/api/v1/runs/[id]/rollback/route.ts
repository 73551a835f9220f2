import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { startFromRun } from '#app/runs/start-from-run.ts';
import { startRollback } from '#app/runs/start-rollback.ts';
import { rollbackBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the database first. */
export const maxDuration = 60;

const hint = 'Send {} or, for a protected target, {"confirm": "<name of the target>"}.';

/**
 * Brings back what a run has put aside: 202 `{ event, run }`, `run` being the rollback, `null` where it has not begun yet.
 * Takes an `Idempotency-Key`.
 */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const asked = { action: 'rollback', id: (await params).id, body: rollbackBody, hint } as const;
  return startFromRun(request, asked, (caller, from) =>
    startRollback(caller, { ...from, key: idempotencyKey(request) }),
  );
}

import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { startDiscard } from '#app/runs/start-discard.ts';
import { startFromRun } from '#app/runs/start-from-run.ts';
import { discardBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

const hint = 'Send {"confirm": "<name of the target>"}; of a recovery of tables the name of its side schema.';

/**
 * Drops what a run keeps beside the live database: 202 `{ event, run }`, `run` being the discard, `null` where it has not
 * begun yet. Takes an `Idempotency-Key`.
 */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const asked = { action: 'discard', id: (await params).id, body: discardBody, hint } as const;
  return startFromRun(request, asked, (caller, from) =>
    startDiscard(caller, { ...from, key: idempotencyKey(request) }),
  );
}

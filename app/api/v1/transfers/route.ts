import { answer } from '#app/http/answer.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { startTransfer, transferBody, transferHint } from '#app/transfer/start-transfer.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the databases first. */
export const maxDuration = 60;

/** Moves a database: backup, restore, proof and cut-over as one run: 202 `{ event, run }`, `run` being `null` where it has not begun yet. Takes an `Idempotency-Key`. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'transfer', connections: 'later', status: 202 }, async (caller) =>
    startTransfer(caller, { asked: await readJson(request, transferBody, transferHint), key: idempotencyKey(request) }),
  );
}

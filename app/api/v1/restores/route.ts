import { answer } from '#app/http/answer.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { restoreBody, restoreHint, startRestore } from '#app/restore/start-restore.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the databases first. */
export const maxDuration = 60;

/** Restores a backup: 202 `{ event, run }`, `run` being `null` where it has not begun yet. Takes an `Idempotency-Key`. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'restore', connections: 'later', status: 202 }, async (caller) =>
    startRestore(caller, { asked: await readJson(request, restoreBody, restoreHint), key: idempotencyKey(request) }),
  );
}

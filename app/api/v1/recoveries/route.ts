import { answer } from '#app/http/answer.ts';
import { idempotencyKey } from '#app/http/idempotency-key.ts';
import { readJson } from '#app/http/read-body.ts';
import { recoveryBody, recoveryHint, startRecovery } from '#app/recovery/start-recovery.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: it looks at the databases first. */
export const maxDuration = 60;

/** Recovers tables of a backup beside the live ones: 202 `{ event, run }`, `run` being `null` where it has not begun yet. Takes an `Idempotency-Key`. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'recover', connections: 'later', status: 202 }, async (caller) =>
    startRecovery(caller, { asked: await readJson(request, recoveryBody, recoveryHint), key: idempotencyKey(request) }),
  );
}
